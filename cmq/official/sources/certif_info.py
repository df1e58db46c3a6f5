"""Certif-Info (Carif-Oref): diplomas, and the bridge between the lists that code them."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from cmq.certifications.models import Diploma
from cmq.core.text import fold
from cmq.official import cells
from cmq.official.errors import Rejected
from cmq.official.importers import Importer, Known, Parsed, Table, columns_but, fixed
from cmq.official.reading import Layout, Row, read_csv

_RESOURCE = "https://tabular-api.data.gouv.fr/api/resources/f2981d6f-e55c-42cd-8eba-3e891777e222/data/csv/"
_JOBS = [f"rome_{number}" for number in range(1, 6)]
_LAYOUT = Layout(
    columns={
        "code": ["Code_Diplome"],
        "title": ["Libelle_Diplome"],
        "kind": ["Libelle_Type_Diplome"],
        "level": ["Code_Niveau_Europeen"],
        "rncp": ["Code_RNCP"],
        "cfd": ["Code_Scolarité"],
        "nsf": ["Code_Nsf"],
        "formacode": ["Code_FormaCode"],
        "status": ["Etat_Libelle"],
        **{f"rome_{number}": [f"Code_Rome_{number}"] for number in range(1, 6)},
    },
    optional={"rs": ["Code_RS"], "onisep": ["codeIdeo2"], "last": ["Annee_Derniere_Session"]},
    delimiters=";,",
)


def parse(path: Path, known: Known) -> Iterator[Parsed]:
    """The diplomas."""
    for number, row in read_csv(path, _LAYOUT):
        yield number, row if isinstance(row, Rejected) else _diploma(number, row)


def _diploma(number: int, row: Row) -> Diploma | Rejected:
    if not row["code"].isdecimal() or not row["title"]:
        return Rejected(number, "Le code ou le libellé manque.", f"{row['code']} {row['title']}")
    return Diploma(
        code=row["code"],
        title=row["title"][:500],
        folded_title=fold(row["title"])[:500],
        kind=row["kind"][:200],
        level=cells.level(row["level"]),
        rncp_code=cells.rncp(row["rncp"]),
        rs_code=cells.rs(row["rs"]),
        cfd_code=row["cfd"] if len(row["cfd"]) == 8 else "",
        formacode=row["formacode"][:5],
        nsf_code=row["nsf"][:6],
        onisep_code=row["onisep"][:20],
        rome_codes=[code for name in _JOBS if (code := cells.rome(row[name]))],
        status=row["status"],
        last_session_year=cells.whole(row["last"]),
    )


IMPORTER = Importer(
    slug="certif-info",
    title="Certif-Info",
    publisher="Réseau des Carif-Oref",
    licence="non précisée par la source consultée",
    page="https://www.data.gouv.fr/",
    locate=fixed(_RESOURCE, title="Certif-Info", name="certif-info.csv"),
    tables=[
        Table(
            Diploma,
            ("code",),
            columns_but(Diploma, "code"),
            parse,
        )
    ],
    stale_after=dt.timedelta(days=60),
)
