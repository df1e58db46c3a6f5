"""Besoins en main-d’œuvre (BMO) of France Travail: a workbook a year, and the communes of its bassins."""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from cmq.core.text import fold
from cmq.labour.matching import match_families
from cmq.labour.models import Basin, BasinCommune, JobFamily, RecruitmentNeed
from cmq.official import cells
from cmq.official.errors import FileRefused, Rejected
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Parsed, Table, by_hand, fixed
from cmq.official.reading import Layout, checked_package, read_csv

_PUBLISHER = "France Travail"
_PAGE = "https://statistiques.francetravail.org/bmo"
_YEAR_2025 = "https://www.data.gouv.fr/api/1/datasets/r/54478315-aafd-4070-b8df-a5647297e0c0"
_COLUMNS = {
    "year": "annee",
    "family": "code metier bmo",
    "name": "nom metier bmo",
    "group": "lbl fam met",
    "region": "reg",
    "departement": "dept",
    "planned": "met",
    "difficult": "xmet",
    "seasonal": "smet",
}
# « BE24 » and « NOMBE24 » in 2024: the year is in the name.
_BASIN, _BASIN_NAME = re.compile(r"be\d\d"), re.compile(r"nombe\d\d")

Line = dict[str, str]


def lines(path: Path) -> Iterator[tuple[int, Line]]:
    """The rows of the survey's own sheet. Raises `FileRefused`."""
    checked_package(path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise FileRefused("Le classeur est abîmé et ne s’ouvre pas.") from error
    try:
        sheet = next((sheet for sheet in book.worksheets if "open_data" in sheet.title.lower()), None)
        if sheet is None:
            raise FileRefused("Le classeur n’a pas de feuille « …open_data ».")
        rows = sheet.iter_rows(values_only=True)
        places = _places([fold(str(cell or "")) for cell in next(rows, ())])
        for number, row in enumerate(rows, start=2):
            yield number, {name: _cell(row[at]) if at < len(row) else "" for name, at in places.items()}
    finally:
        book.close()


def _places(header: list[str]) -> dict[str, int]:
    named = {name: header.index(column) for name, column in _COLUMNS.items() if column in header}
    for at, column in enumerate(header):
        if _BASIN.fullmatch(column):
            named["basin"] = at
        elif _BASIN_NAME.fullmatch(column):
            named["basin_name"] = at
    missing = sorted({*_COLUMNS, "basin", "basin_name"} - set(named))
    if missing:
        raise FileRefused(f"L’en-tête a changé, il manque : {', '.join(_COLUMNS.get(name, name) for name in missing)}.")
    return named


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def parse_families(path: Path, known: Known) -> Iterator[Parsed]:
    """The families that the nomenclature has not brought."""
    for number, line in _first_of(path, "family"):
        if line["family"] and line["name"]:
            family = JobFamily(code=line["family"], name=line["name"], folded_name=fold(line["name"]))
            yield number, family


def parse_basins(path: Path, known: Known) -> Iterator[Parsed]:
    """The bassins; one that lies in several départements is of none."""
    homes: dict[str, set[str]] = {}
    first: dict[str, tuple[int, Line]] = {}
    for number, line in lines(path):
        homes.setdefault(line["basin"], set()).add(line["departement"])
        first.setdefault(line["basin"], (number, line))
    for code, (number, line) in first.items():
        if not code or not line["basin_name"]:
            yield number, Rejected(number, "Le bassin n’a pas de code ou de nom.", code)
            continue
        home = homes[code].pop() if len(homes[code]) == 1 else ""
        basin = Basin(code=code, name=line["basin_name"])
        basin.departement_id = home if home in known.departements else None
        basin.region_id = _region(line["region"], known)
        yield number, basin


def parse_needs(path: Path, known: Known) -> Iterator[Parsed]:
    """The figures; « * » is a secret."""
    for number, line in lines(path):
        yield number, _need(number, line, known)


def _need(number: int, line: Line, known: Known) -> RecruitmentNeed | Rejected:
    told = f"{line['family']} {line['basin']} {line['departement']}"
    year = cells.whole(line["year"])
    if year is None or not 2010 <= year <= 2100:
        return Rejected(number, "L’année est illisible.", f"{told} {line['year']}")
    if line["departement"] not in known.departements:
        return Rejected(number, "Le département est inconnu.", told)
    figures = [line[name] for name in ("planned", "difficult", "seasonal")]
    if any(figure != "*" and figure and cells.whole(figure) is None for figure in figures):
        return Rejected(number, "Un nombre est illisible.", f"{told} {' '.join(figures)}")
    planned, difficult, seasonal = map(cells.whole, figures)
    if planned is not None and difficult is not None and difficult > planned:
        return Rejected(number, "Plus de projets difficiles que de projets.", f"{told} {' '.join(figures)}")
    return RecruitmentNeed(
        year=year,
        family_id=line["family"],
        basin_id=line["basin"],
        departement_id=line["departement"],
        planned=planned,
        difficult=difficult,
        seasonal=seasonal,
    )


def _first_of(path: Path, column: str) -> Iterator[tuple[int, Line]]:
    seen = set()
    for number, line in lines(path):
        if line[column] not in seen:
            seen.add(line[column])
            yield number, line


def _region(code: str, known: Known) -> str | None:
    return code if code in known.departements.values() else None


_COMMUNES = Layout(
    columns={"commune": ["code_commune_insee"], "basin": ["code_bassin_BMO"]}, optional={}, delimiters=",;"
)


def parse_communes(path: Path, known: Known) -> Iterator[Parsed]:
    """Which bassin each commune is of. Communes that have merged since are left out, and said so."""
    basins = known.keys(Basin)
    for number, row in read_csv(path, _COMMUNES):
        if isinstance(row, Rejected):
            yield number, row
        elif row["commune"] not in known.communes:
            yield number, Rejected(number, "Cette commune n’existe plus, ou pas.", row["commune"])
        elif row["basin"] not in basins:
            yield number, Rejected(number, "Ce bassin n’est pas chargé.", row["basin"])
        else:
            yield number, BasinCommune(commune_id=row["commune"], basin_id=row["basin"])


NEEDS = Importer(
    slug="bmo",
    title="Besoins en main-d’œuvre (BMO)",
    publisher=_PUBLISHER,
    licence=LICENCE_OUVERTE,
    page=_PAGE,
    locate=fixed(_YEAR_2025, title="Enquête Besoins en main-d’œuvre 2025", name="bmo.xlsx"),
    tables=[
        Table(JobFamily, ("code",), (), parse_families, removes=False, dated=False),
        Table(Basin, ("code",), ("name", "departement_id", "region_id"), parse_basins, removes=False, dated=False),
        Table(
            RecruitmentNeed,
            ("family_id", "basin_id", "departement_id", "year"),
            ("planned", "difficult", "seasonal"),
            parse_needs,
            removes=False,
        ),
    ],
    stale_after=dt.timedelta(days=400),
    after=match_families,
)
BASINS = Importer(
    slug="bassins",
    title="Communes des bassins d’emploi",
    publisher=_PUBLISHER,
    licence=LICENCE_OUVERTE,
    page=_PAGE,
    locate=by_hand("table de passage communes – bassins BMO, en CSV"),
    tables=[Table(BasinCommune, ("commune_id",), ("basin_id",), parse_communes, dated=False)],
    stale_after=dt.timedelta(days=400),
)
