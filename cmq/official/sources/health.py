"""FINESS: establishments of health and social care, where home-care workers, nurses and care assistants train and work.

The file has no header: its first line names the export, the others are told by their first word and by place.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from cmq.catalogue.models import HealthSite
from cmq.official import cells
from cmq.official.errors import FileRefused, Rejected
from cmq.official.fetching import Caller
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Located, Parsed, Table
from cmq.official.reading import opened
from cmq.official.sources.datagouv import newest

_SLUG = "finess-extraction-du-fichier-des-etablissements"
_FIRST, _ROW, _WIDTH = "finess", "structureet", 32
_FINESS, _ENTITY, _SHORT, _LONG, _COMMUNE, _DEPARTEMENT, _TOWN = 1, 2, 3, 4, 12, 13, 15
_CATEGORY, _CATEGORY_NAME, _SIRET, _OPENED = 18, 19, 22, 29
# The file numbers the overseas départements by letters: 9A is 971… a commune keeps its three digits after « 97 ».
_OVERSEAS = {"9A", "9B", "9C", "9D", "9E", "9F"}


def parse(path: Path, known: Known) -> Iterator[Parsed]:
    """The establishments. Raises `FileRefused` for a file of another export."""
    with opened(path, member="*.csv") as raw:
        lines = csv.reader((cells.decode_mixed(line).rstrip("\r\n") for line in raw), delimiter=";")
        if next(lines, [""])[0] != _FIRST:
            raise FileRefused("La première ligne n’est pas celle d’un export du FINESS.")
        for number, row in enumerate(lines, start=2):
            if not row or row[0] != _ROW:
                continue
            if len(row) != _WIDTH:
                yield (
                    number,
                    Rejected(number, f"La ligne a {len(row)} cellules au lieu de {_WIDTH}.", ";".join(row)[:80]),
                )
            else:
                yield number, _site(number, row, known)


def _site(number: int, row: list[str], known: Known) -> HealthSite | Rejected:
    if len(row[_FINESS]) != 9 or not (row[_LONG] or row[_SHORT]):
        return Rejected(number, "Le numéro FINESS ou le nom manque.", f"{row[_FINESS]} {row[_SHORT]}")
    head = "97" if row[_DEPARTEMENT] in _OVERSEAS else row[_DEPARTEMENT]
    commune = f"{head}{row[_COMMUNE]}"
    return HealthSite(
        finess=row[_FINESS],
        entity_finess=row[_ENTITY][:9],
        siret=row[_SIRET] if len(row[_SIRET]) == 14 else "",
        name=(row[_LONG] or row[_SHORT])[:300],
        category_code=row[_CATEGORY][:4],
        category=row[_CATEGORY_NAME][:200],
        postcode=row[_TOWN][:5] if row[_TOWN][:5].isdecimal() else "",
        commune_id=commune if commune in known.communes else None,
        opened_on=cells.date(row[_OPENED]),
    )


def locate(caller: Caller) -> Located:
    """The newest extraction."""
    return newest(caller, _SLUG, r"etalab-cs1100502-stock-(\d{4})(\d\d)(\d\d)", title="FINESS", ending="csv")


IMPORTER = Importer(
    slug="finess",
    title="FINESS : établissements sanitaires et sociaux",
    publisher="Agence du numérique en santé",
    licence=LICENCE_OUVERTE,
    page=f"https://www.data.gouv.fr/datasets/{_SLUG}/",
    locate=locate,
    tables=[
        Table(
            HealthSite,
            ("finess",),
            ("entity_finess", "siret", "name", "category_code", "category", "postcode", "commune_id", "opened_on"),
            parse,
        )
    ],
    stale_after=dt.timedelta(days=90),
)
