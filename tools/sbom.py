"""What the product is made of: a CycloneDX 1.6 bill of materials, from the pinned requirements and the shipped parts.

Usage: sbom.py FILE   write it; exit code 1 when a licence is unknown or is one that the product may not carry
"""

import datetime as dt
import importlib.metadata
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.contrib.this.builders import this_component
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
RUN, MACHINES = ROOT / "requirements" / "run.txt", ROOT / "requirements" / "machines.txt"
# Copyleft that reaches what it is linked with; the Lesser GPL does not.
REFUSED = re.compile(r"(?<![L\w])A?GPL|SSPL|BUSL|Affero|(?<!Lesser )General Public", re.IGNORECASE)
# Where the metadata say nothing, or not in the words of SPDX: read in the licence that the project publishes.
READ = {
    "fido2": "BSD-2-Clause AND Apache-2.0 AND MPL-2.0",
    "obstore": "MIT",
    "protobuf": "BSD-3-Clause",
    "pygal": "LGPL-3.0-or-later",
    "pyrage": "MIT",
    "rfc3161-client": "Apache-2.0",
    "segno": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "diff-match-patch": "Apache-2.0",
    "defusedxml": "PSF-2.0",
    "django-widget-tweaks": "MIT",
}
CLASSIFIED = {"MIT License": "MIT", "Apache Software License": "Apache-2.0", "BSD License": "BSD-3-Clause"}


@dataclass(frozen=True)
class Part:
    """A library or a shipped file of others.

    `licence` is an SPDX expression, empty when unknown; `sha256` the digests of its distributions; `optional` for what
    only a site on several machines needs.
    """

    name: str
    version: str
    licence: str
    kind: str = "pypi"
    sha256: tuple[str, ...] = ()
    optional: bool = False


def main(arguments: list[str]) -> int:
    """0 when it is written and every licence is one that the product may carry."""
    found = list(parts())
    Path(arguments[0]).write_text(as_json(found) + "\n")
    wrong = [
        f"{part.name} {part.version}: {part.licence or 'licence unknown'}" for part in found if not may_carry(part)
    ]
    print("\n".join(wrong) or f"{len(found)} parts in {arguments[0]}, every licence known and accepted.")
    return 1 if wrong else 0


def may_carry(part: Part) -> bool:
    """Whether the licence of a part is known and lets the product be MIT."""
    return bool(part.licence) and not REFUSED.search(part.licence)


def parts() -> Iterator[Part]:
    """Everything of others that the product runs with, libraries first."""
    always = {part.name for part in pinned(RUN.read_text())}
    for part in pinned(MACHINES.read_text()):
        yield replace(part, licence=licence_of(part.name), optional=part.name not in always)
    yield from shipped()


def pinned(text: str) -> Iterator[Part]:
    """The libraries of a file of requirements that this Python would install."""
    for entry in re.split(r"\n(?=\S)", text.replace("\\\n", " ")):
        line = entry.partition(" --hash")[0].strip()
        if not line or line.startswith("#"):
            continue
        asked = Requirement(line)
        if asked.marker is None or asked.marker.evaluate():
            version = str(asked.specifier).removeprefix("==")
            yield Part(asked.name, version, "", sha256=tuple(re.findall(r"sha256:([0-9a-f]{64})", entry)))


def licence_of(name: str) -> str:
    """What a library says of its licence, in SPDX; empty when it says nothing that is understood."""
    if name in READ:
        return READ[name]
    told = importlib.metadata.metadata(name)
    if said := told.get("License-Expression"):
        return said
    classified = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or [] if each.startswith("License")]
    declared = (told.get("License") or "").strip()
    known = [CLASSIFIED[each] for each in classified if each in CLASSIFIED]
    return declared if re.fullmatch(r"[A-Za-z0-9.+-]+( (AND|OR) [A-Za-z0-9.+-]+)*", declared) else " AND ".join(known)


def shipped() -> Iterator[Part]:
    """Scripts and styles of others inside the product, with the versions that they themselves tell."""
    import dsfr

    leaflet = (ROOT / "cmq/web/static/vendor/leaflet/leaflet.js").read_text()
    yield Part("leaflet", _version(r"Leaflet ([\d.]+)", leaflet), "BSD-2-Clause", "npm")
    dist = Path(dsfr.__file__).parent / "static" / "dsfr" / "dist"
    yield Part("@gouvfr/dsfr", _version(r"DSFR v([\d.]+)", (dist / "dsfr.min.css").read_text()), "MIT", "npm")


def _version(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"no version by « {pattern} »"
    return found[1]


def as_json(found: list[Part]) -> str:
    """The bill, in CycloneDX 1.6."""
    import cmq

    licences = LicenseFactory()
    bom = Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, repr((cmq.__version__, found))))
    bom.metadata.timestamp = dt.datetime.fromtimestamp(MACHINES.stat().st_mtime, dt.UTC)
    bom.metadata.tools.components.add(this_component())
    product = Component(
        name="cmq",
        version=cmq.__version__,
        type=ComponentType.APPLICATION,
        bom_ref="cmq",
        licenses=[licences.make_from_string("MIT")],
    )
    bom.metadata.component = product
    components = [_component(part, licences) for part in found]
    bom.components.update(components)
    bom.register_dependency(product, components)
    return str(JsonV1Dot6(bom).output_as_string(indent=1))


def _component(part: Part, licences: Any) -> Component:
    scope, _, name = part.name.rpartition("/")
    url = PackageURL(part.kind, scope or None, name, part.version)
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        scope=ComponentScope.OPTIONAL if part.optional else ComponentScope.REQUIRED,
        purl=url,
        bom_ref=str(url),
        licenses=[licences.make_from_string(part.licence)] if part.licence else [],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in part.sha256],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
