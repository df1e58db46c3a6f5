"""What the product is made of is told whole, under licences that it may carry; a known vulnerability stops it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement

from tools import audit, sbom

HOLE = {
    "id": "GHSA-0000-0000-0000",
    "modified": "2026-01-01T00:00:00Z",
    "summary": "…",
    "details": "…",
    "affected": [
        {
            "package": {"ecosystem": "PyPI", "name": "leaky"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0.1"}]}],
            "versions": ["1.0"],
        }
    ],
}


def test_the_bill_is_valid_and_whole() -> None:
    parts = list(sbom.parts())
    told = sbom.as_json(parts)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(told) is None
    bill = json.loads(told)
    components = {each["name"]: each for each in bill["components"]}
    needed = set()
    for line in sbom.RUN.read_text().splitlines():
        if line[:1].isalnum():
            asked = Requirement(line.removesuffix("\\"))
            if asked.marker is None or asked.marker.evaluate():
                needed.add((asked.name, str(asked.specifier).removeprefix("==")))
    assert len(needed) > 50
    assert needed <= {(name, each["version"]) for name, each in components.items() if each["scope"] == "required"}
    assert all(each["licenses"] and each["purl"] for each in components.values())
    assert all(each["hashes"] for each in components.values() if each["purl"].startswith("pkg:pypi/"))
    assert components["leaflet"]["version"] and components["@gouvfr/dsfr"]["version"]
    assert components["opentelemetry-sdk"]["scope"] == "optional"
    assert json.loads(sbom.as_json(parts))["serialNumber"] == bill["serialNumber"]


def test_every_licence_is_known_and_lets_the_product_be_mit() -> None:
    assert [part for part in sbom.parts() if not sbom.may_carry(part)] == []


@pytest.mark.parametrize(
    "licence",
    ["", "GPL-3.0-only", "AGPL-3.0-or-later", "MIT AND GPL-2.0-only", "GNU General Public License v3", "SSPL-1.0"],
)
def test_a_licence_that_would_bind_the_product_is_refused(licence: str) -> None:
    assert not sbom.may_carry(sbom.Part("bound", "1.0", licence))


def test_each_file_of_the_front_that_is_not_ours_is_told() -> None:
    folders = {path.name for path in (sbom.ROOT / "cmq/web/static/vendor").iterdir()}
    assert folders == {part.name for part in sbom.shipped()} - {"@gouvfr/dsfr"}


@pytest.fixture
def osv(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, object]]:
    """A service that knows what a test tells it: name of a library → its answer, or a status to fail with."""
    knows: dict[str, object] = {}

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found = knows.get(asked["package"]["name"], {})
            body = json.dumps(found).encode()
            self.send_response(found if isinstance(found, int) else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("CMQ_AUDIT_OSV_URL", f"http://127.0.0.1:{server.server_port}/v1/query")
    yield knows
    server.shutdown()
    server.server_close()


@pytest.fixture
def pinned(tmp_path: Path) -> str:
    file = tmp_path / "pinned.txt"
    file.write_text("".join(f"{name}==1.0 \\\n    --hash=sha256:{'0' * 64}\n" for name in ("leaky", "tight")))
    return str(file)


def test_a_known_vulnerability_is_red(osv: dict[str, object], pinned: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit.main([pinned]) == 0 and "0 known vulnerabilities in 2 of 2" in capsys.readouterr().out
    osv["leaky"] = {"vulns": [HOLE]}
    assert audit.main([pinned]) == 1
    said = capsys.readouterr().out
    assert "leaky 1.0: GHSA-0000-0000-0000, mended in: 1.0.1" in said and "tight" not in said


def test_where_nobody_answers_it_says_so(
    osv: dict[str, object], pinned: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    osv["leaky"] = 503
    assert audit.main([pinned]) == 0 and "NOT AUDITED, nobody knows" in capsys.readouterr().out
    monkeypatch.setenv("CMQ_AUDIT_OSV_URL", "http://127.0.0.1:9/v1/query")
    assert audit.main([pinned]) == 0 and "NOT AUDITED, nobody knows" in capsys.readouterr().out


def test_a_mirror_without_the_service_is_not_taken_for_good_news() -> None:
    """`pip-audit` itself says « No known vulnerabilities found » of this, with exit code 0."""
    skipped = [{"name": name, "skip_reason": "Dependency not found on PyPI"} for name in ("leaky", "tight")]
    outcome, said = audit.understood(0, json.dumps({"dependencies": skipped, "fixes": []}), "", pinned=2)
    assert outcome == 0 and said == ["NOT AUDITED, nobody knows: the index answers of none of 2 libraries"]
    half = [skipped[0], {"name": "tight", "version": "1.0", "vulns": []}]
    _, said = audit.understood(0, json.dumps({"dependencies": half, "fixes": []}), "", pinned=2)
    assert said[1] == "nothing is known of: leaky"
