"""Familles professionnelles (FAP 2021) of the Dares: what the survey of needs counts by."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from cmq.core.text import fold
from cmq.labour.models import JobFamily
from cmq.official.errors import Rejected
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Parsed, Table, by_hand
from cmq.official.reading import Layout, read_csv

# The survey counts by the 228 families of the third grain.
_LAYOUT = Layout(
    columns={"code": ["Code_FAP228"], "name": ["Intitulé_FAP228"], "group": ["Intitulé_FAP86"]}, optional={}
)


def parse(path: Path, known: Known) -> Iterator[Parsed]:
    """One family a code; the file has a line for each of their finer parts."""
    seen = set()
    for number, row in read_csv(path, _LAYOUT):
        if isinstance(row, Rejected):
            yield number, row
        elif not row["code"] or not row["name"]:
            yield number, Rejected(number, "Le code ou l’intitulé manque.", row["code"] or row["name"])
        elif row["code"] not in seen:
            seen.add(row["code"])
            family = JobFamily(code=row["code"], name=row["name"], group_name=row["group"])
            family.folded_name = fold(family.name)
            yield number, family


IMPORTER = Importer(
    slug="fap",
    title="Familles professionnelles (FAP 2021)",
    publisher="Dares",
    licence=LICENCE_OUVERTE,
    page="https://dares.travail-emploi.gouv.fr/",
    locate=by_hand("nomenclature FAP 2021 du site de la Dares, en CSV"),
    tables=[Table(JobFamily, ("code",), ("name", "folded_name", "group_name"), parse, dated=False)],
    stale_after=dt.timedelta(days=3 * 365),
)
