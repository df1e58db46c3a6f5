"""What `docs/trust/` says is held by tests: each one exists, no requirement is left out, no reason is missing."""

import ast
import io
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import typst
from pypdf import PdfReader

from tests.test_house import our_modules
from tests.test_safe_code import imported
from tools import trust

# What computes digests, seals, signs, encrypts or draws secrets.
CRYPTOGRAPHY = {"cryptography", "hashlib", "hmac", "secrets", "joserfc", "pyrage", "rfc3161_client", "fido2", "jwt"}
CRYPTOGRAPHY |= {"django.core.signing", "django.utils.crypto", "django.contrib.auth.hashers"}

ROOT = Path(__file__).resolve().parent.parent
TRUST = ROOT / "docs" / "trust"
VERDICTS = ("oui", "sans objet", "exploitant", "non")
DOCUMENTS = sorted(TRUST.glob("*.md"))


@cache
def functions_of(path: Path) -> frozenset[str]:
    """The names of the tests of a file."""
    return frozenset(node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef))


def rows_of(document: str, columns: int) -> list[list[str]]:
    """The cells of each line of its tables of that many columns, but for heads."""
    lines = [line for line in (TRUST / document).read_text().splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in rows if len(row) == columns and row[0] not in ("exigence", "verdict")]


def named_tests(text: str) -> list[str]:
    return re.findall(r"`tests/([^`]+)`", text)


def links_in(text: str) -> list[str]:
    return re.findall(r"\]\(([^)#]+)\)", text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_test_and_document_that_is_named_exists(document: Path) -> None:
    text = document.read_text()
    for name in re.findall(r"`(tests/[^`]+)`", text):
        file, _, function = name.partition("::")
        assert (ROOT / file).exists(), name
        assert not function or function in functions_of(ROOT / file), name
    assert not [link for link in links_in(text) if "://" not in link and not (TRUST / link).exists()]
    assert not [name for name in re.findall(r"`(cmq/[\w/.]+)`", text) if not (ROOT / name).exists()]


def test_every_threat_has_a_test() -> None:
    """A line says a threat, its guard, and the name of one test, which it leads to."""
    _, *groups = re.split(r"^### ([STRIDE]) – ", (TRUST / "threat-model.md").read_text(), flags=re.M)
    assert groups[::2] == list("STRIDE")
    for group in groups[1::2]:
        lines = re.findall(r"^- .+", group, flags=re.M)
        assert lines
        for line in lines:
            said = re.fullmatch(r"- [^:]+ : .+ – \[([^\]]+)\]\((\S+)#(test_\w+)\)", line)
            assert said and said[3] in functions_of((TRUST / said[2]).resolve()), line
            assert said[3] == f"test_{said[1].replace(' ', '_')}", line


PRINTED = """
#set page(paper: "a4", margin: 14mm)
#set text(10pt, lang: "fr")
#set par(leading: 0.5em, spacing: 0.7em)
#show list: set block(spacing: 0.5em)
#show heading: set block(above: 0.9em, below: 0.6em)
#for (kind, said) in json(bytes(sys.inputs.said)) {
  if kind == "table" { table(columns: 3, inset: (x: 3pt, y: 2.5pt), stroke: 0.3pt, ..said.flatten()) }
  else if kind == "-" { list(said) }
  else if kind == "" { par(said) }
  else { heading(level: kind.len(), said) }
}
"""


def test_the_threat_model_is_two_pages() -> None:
    """Printed in ten points: what is longer is read by nobody."""
    blocks: list[tuple[str, object]] = []
    for block in re.split(r"\n\n|\n(?=- )", (TRUST / "threat-model.md").read_text().strip()):
        text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", block)
        if text.startswith("| "):
            blocks.append(
                ("table", [re.split(r" *\| *", row.strip("| ")) for row in text.split("\n") if "---" not in row])
            )
        else:
            mark, said = re.fullmatch(r"(#+|-|) ?(.+)", text, flags=re.S).groups()
            blocks.append((mark, said.replace("\n", " ")))
    printed = typst.compile(PRINTED.encode(), sys_inputs={"said": json.dumps(blocks)})
    assert len(PdfReader(io.BytesIO(printed)).pages) == 2


def test_every_requirement_of_level_1_and_2_is_there_once() -> None:
    _, first, second = re.split(r"^niveau \d$", (TRUST / "asvs-ids.txt").read_text(), flags=re.M)
    known = [(f"V{each}", level) for level, ids in (("1", first), ("2", second)) for each in ids.split()]
    assert Counter((row[0], row[1]) for row in rows_of("asvs.md", 5)) == Counter(known)
    assert len(first.split()) == 70 and len(known) == 253


def test_every_requirement_has_its_proof_or_its_reason() -> None:
    for number, _, subject, verdict, proof in rows_of("asvs.md", 5):
        assert verdict in VERDICTS, number
        assert subject and len(subject.split()) <= 14, number
        reason = re.sub(r"`tests/[^`]+`,?", "", proof).strip()
        if verdict == "oui":
            assert named_tests(proof) or links_in(proof), number
        else:
            assert len(reason) > 10, number
        # Where it is for whoever runs the site, the guide or the settings say so.
        assert verdict != "exploitant" or reason, number


def test_the_head_counts_the_verdicts() -> None:
    counted = Counter((row[3], row[1]) for row in rows_of("asvs.md", 5))
    told = {row[0]: (row[1], row[2]) for row in rows_of("asvs.md", 4)}
    assert told == {each: (str(counted[each, "1"]), str(counted[each, "2"])) for each in VERDICTS}


def test_every_module_of_cryptography_is_in_the_inventory() -> None:
    using = {
        path.relative_to(ROOT).as_posix()
        for path, tree in our_modules()
        if any(name == each or name.startswith(f"{each}.") for name in imported(tree) for each in CRYPTOGRAPHY)
    }
    named = set(re.findall(r"`(cmq/[\w/]+\.py)`", (TRUST / "cryptography.md").read_text()))
    assert named == using


def test_the_page_of_figures_is_what_the_files_say() -> None:
    assert (ROOT / "docs" / "trust.md").read_text() == trust.drawn(), "run: python tools/trust.py"
