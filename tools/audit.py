"""Ask whether any pinned library has a known vulnerability, and say plainly when nobody could tell.

`pip-audit` calls « not found » what a mirror without the service answers, and ends well: here it is « nobody knows ».

Usage: audit.py [requirements file …]   exit code 1 when a vulnerability is known, 0 otherwise

CMQ_AUDIT_OSV_URL asks that OSV service (`…/v1/query`) instead of the package index.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FILES = [str(ROOT / "requirements" / "machines.txt")]
SECONDS = 300


def main(arguments: list[str]) -> int:
    """Ask of each file; print what was learnt."""
    worst = 0
    for file in arguments or FILES:
        outcome, lines = understood(*asked(file), pinned=len(re.findall(r"^[\w.-]+.*==", Path(file).read_text(), re.M)))
        print(f"{Path(file).name}: " + "\n  ".join(lines))
        worst = max(worst, outcome)
    return worst


def asked(file: str) -> tuple[int, str, str]:
    """What `pip-audit` answers of a file: exit code, JSON (empty when it wrote none), complaints."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [Path(sys.executable).parent / "pip-audit", "--require-hashes", "--disable-pip", "-r", file]
        command += ["--format", "json", "--output", answer, "--progress-spinner", "off"]
        if osv := os.environ.get("CMQ_AUDIT_OSV_URL"):
            command += ["--vulnerability-service", "osv", "--osv-url", osv]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return 1, "", f"no answer in {SECONDS} seconds"
        return done.returncode, answer.read_text() if answer.exists() else "", done.stderr


def understood(code: int, answer: str, complaint: str, *, pinned: int) -> tuple[int, list[str]]:
    """The exit code and the lines to print, for what was answered of a file with `pinned` libraries."""
    if not answer:
        last = complaint.strip().splitlines()[-1:] or [f"exit code {code}"]
        return 0, [f"NOT AUDITED, nobody knows: {last[0]}"]
    told: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    known = [each for each in told if "vulns" in each]
    bad = [(each, hole) for each in known for hole in each["vulns"]]
    if not known:
        return 0, [f"NOT AUDITED, nobody knows: the index answers of none of {pinned} libraries"]
    lines = [f"{len(bad)} known vulnerabilities in {len(known)} of {pinned} libraries asked of"]
    if len(known) < len(told):
        unknown = ", ".join(each["name"] for each in told if "vulns" not in each)
        lines.append(f"nothing is known of: {unknown}")
    for each, hole in bad:
        mended = ", ".join(hole["fix_versions"]) or "none"
        lines.append(f"{each['name']} {each['version']}: {hole['id']}, mended in: {mended}")
    return (1 if bad else 0), lines


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
