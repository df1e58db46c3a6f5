"""`publiccode.yml` says of the software what the software is."""

import re
from pathlib import Path

import cmq

ROOT = Path(__file__).resolve().parents[2]


def test_publiccode_agrees_with_the_code() -> None:
    text = (ROOT / "publiccode.yml").read_text()
    told = dict(re.findall(r'^ *(\w+): "?([^"\n]+?)"?$', text, re.MULTILINE))
    keys = set(re.findall(r"^(\w+):", text, re.MULTILINE))
    assert {"publiccodeYmlVersion", "name", "platforms", "developmentStatus", "softwareType"} <= keys
    assert {"description", "legal", "maintenance", "localisation"} <= keys
    assert told["softwareVersion"] == cmq.__version__
    assert (ROOT / "LICENSE").read_text().startswith(f"{told['license']} License")
    assert len(told["shortDescription"]) <= 150
