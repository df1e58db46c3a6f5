"""InserJeunes: what became of those who left a lycée professionnel; Parcoursup: who applied, who was let in."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cmq.catalogue.actions import build_courses
from cmq.catalogue.models import InsertionRate, ParcoursupProgramme
from cmq.official import cells
from cmq.official.errors import Rejected
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Parsed, Table, columns_but, fixed
from cmq.official.listing import read_list, text
from cmq.official.reading import Layout, Row, read_csv
from cmq.official.sources.schools import coordinates
from cmq.reference.codes import is_uai

_EXPORT = "api/explore/v2.1/catalog/datasets"
_INSERJEUNES, _PARCOURSUP = "fr-en-inserjeunes-lycee_pro-formation-fine", "fr-esr-parcoursup"
_EDUCATION, _HIGHER = "https://data.education.gouv.fr", "https://data.enseignementsup-recherche.gouv.fr"

_RATES = Layout(
    columns={
        "period": ["annee"],
        "uai": ["uai"],
        "diploma": ["type_diplome"],
        "code": ["code_formation_mefstat11"],
        "title": ["libelle_formation"],
        "further_study": ["taux_poursuite_etudes"],
        "employed_6_months": ["taux_emploi_6_mois"],
        "employed_12_months": ["taux_emploi_12_mois"],
        "employed_24_months": ["taux_emploi_24_mois"],
    },
    optional={"broken_contracts": ["taux_contrats_interrompus"]},
)
_FIGURES = ("further_study", "employed_6_months", "employed_12_months", "employed_24_months", "broken_contracts")


def parse_rates(path: Path, known: Known) -> Iterator[Parsed]:
    """The rates; an empty one is a secret."""
    for number, row in read_csv(path, _RATES):
        yield number, row if isinstance(row, Rejected) else _rate(number, row)


def _rate(number: int, row: Row) -> InsertionRate | Rejected:
    if not is_uai(row["uai"]) or not row["code"] or not row["title"]:
        return Rejected(number, "L’UAI, le code ou le libellé manque.", f"{row['uai']} {row['code']} {row['title']}")
    wrong = [row[name] for name in _FIGURES if row[name] and cells.percent(row[name]) is None]
    if wrong:
        return Rejected(number, "Un taux n’est pas entre 0 et 100.", f"{row['uai']} {row['code']} {wrong[0]}")
    return InsertionRate(
        period=row["period"][:20],
        uai=row["uai"],
        code_kind="MEFSTAT11",
        code=row["code"][:12],
        title=row["title"][:300],
        diploma_kind=row["diploma"][:60],
        way="scolaire",
        **{name: cells.percent(row[name]) for name in _FIGURES},
    )


def parse_programmes(path: Path, known: Known) -> Iterator[Parsed]:
    """The trainings of the session."""
    for number, record in read_list(path, needed=("session", "cod_uai", "lib_for_voe_ins", "cod_aff_form")):
        code, title, session = (
            text(record, "cod_aff_form", 12),
            text(record, "lib_for_voe_ins"),
            text(record, "session"),
        )
        if not code or not title or not session.isdecimal():
            yield number, Rejected(number, "Le code, l’intitulé ou la session manque.", f"{code} {title}")
        else:
            yield number, _programme(record, code, title, int(session))


def _programme(record: dict[str, Any], code: str, title: str, session: int) -> ParcoursupProgramme:
    point = record.get("g_olocalisation_des_formations")
    place = (str(point.get("lat", "")), str(point.get("lon", ""))) if isinstance(point, dict) else ("", "")
    latitude, longitude = coordinates(*place)
    url = text(record, "lien_form_psup", 300)
    return ParcoursupProgramme(
        code=code,
        session=session,
        uai=text(record, "cod_uai", 8),
        establishment_name=text(record, "g_ea_lib_vx", 300),
        title=title,
        kind=text(record, "fili", 120),
        is_apprenticeship="apprentissage" in title.lower(),
        is_selective={"formation sélective": True, "formation non sélective": False}.get(text(record, "select_form")),
        latitude=latitude,
        longitude=longitude,
        places=cells.whole(text(record, "capa_fin")),
        applications=cells.whole(text(record, "voe_tot")),
        admitted=cells.whole(text(record, "acc_tot")),
        access_rate=cells.percent(text(record, "taux_acces_ens")),
        url=url if url.startswith("https://") else "",
    )


_KEY = ("uai", "period", "code_kind", "code", "way")
RATES = Importer(
    slug="inserjeunes",
    title="InserJeunes, lycées professionnels",
    publisher="Depp et Dares",
    licence=LICENCE_OUVERTE,
    page=f"{_EDUCATION}/explore/dataset/{_INSERJEUNES}/",
    locate=fixed(
        f"{_EDUCATION}/{_EXPORT}/{_INSERJEUNES}/exports/csv?delimiter=%3B&use_labels=false",
        title="InserJeunes, lycées professionnels",
        name="inserjeunes.csv",
    ),
    tables=[Table(InsertionRate, _KEY, columns_but(InsertionRate, "id", *_KEY), parse_rates)],
    stale_after=dt.timedelta(days=200),
    after=build_courses,
)
PROGRAMMES = Importer(
    slug="parcoursup",
    title="Parcoursup : vœux et propositions",
    publisher="Ministère chargé de l’Enseignement supérieur",
    licence=LICENCE_OUVERTE,
    page=f"{_HIGHER}/explore/dataset/{_PARCOURSUP}/",
    locate=fixed(
        f"{_HIGHER}/{_EXPORT}/{_PARCOURSUP}/exports/json",
        title="Parcoursup : vœux et propositions",
        name="parcoursup.json",
    ),
    tables=[Table(ParcoursupProgramme, ("code",), columns_but(ParcoursupProgramme, "code"), parse_programmes)],
    stale_after=dt.timedelta(days=400),
    after=build_courses,
)
