"""InserJeunes: what became of those who left a lycée professionnel or a CFA; Parcoursup: who applied, who was let in.

InserJeunes is read from two open data sets (figures by training of a place), and from the « Exposition » tables of its
interface, whose lists want an account: a person brings that file.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db.models import Q

from cmq.catalogue.actions import build_courses
from cmq.catalogue.models import InsertionRate, ParcoursupProgramme
from cmq.official import cells
from cmq.official.errors import Rejected
from cmq.official.importers import LICENCE_OUVERTE, Importer, Known, Parsed, Table, by_hand, columns_but, fixed
from cmq.official.listing import read_list, text
from cmq.official.reading import Layout, Row, read_csv
from cmq.official.sources.schools import coordinates
from cmq.reference.codes import is_uai
from cmq.trainings.models import Way

_EXPORT = "api/explore/v2.1/catalog/datasets"
_OF_CFA = "fr-en-inserjeunes-cfa"
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


_EXPOSED = Layout(
    columns={
        "uai": ["uai"],
        "place": ["uai_type"],
        "code": ["code_certification"],
        "cfd": ["code_formation_diplome"],
        "way": ["filiere"],
        "period": ["millesime"],
        "further_study": ["taux_en_formation"],
        "employed_6_months": ["taux_en_emploi_6_mois"],
        "employed_12_months": ["taux_en_emploi_12_mois"],
        "employed_24_months": ["taux_en_emploi_24_mois"],
    },
    optional={"broken_contracts": ["taux_rupture_contrats"]},
)
_WAYS = {"apprentissage": Way.APPRENTICESHIP, "voie_pro_sco_educ_nat": Way.SCHOOL, "scolaire": Way.SCHOOL}


def parse_rates(path: Path, known: Known) -> Iterator[Parsed]:
    """The rates of the lycées professionnels; an empty one is a secret."""
    yield from _parse_rates(path, Way.SCHOOL)


def parse_rates_of_cfa(path: Path, known: Known) -> Iterator[Parsed]:
    """The rates of the CFA, the share of broken contracts with them; an empty one is a secret."""
    yield from _parse_rates(path, Way.APPRENTICESHIP)


def parse_exposed(path: Path, known: Known) -> Iterator[Parsed]:
    """The rates of the « Exposition » tables: both ways, by the code of the diploma.

    A file whose columns « uai_type » and « uai » changed places, as its documentation prints them, is refused line by
    line: a type is no UAI.
    """
    titles = {code: title for code, title in known.diplomas.items() if title}
    for number, row in read_csv(path, _EXPOSED):
        yield number, row if isinstance(row, Rejected) else _exposed(number, row, titles)


def _exposed(number: int, row: Row, titles: Mapping[str, str]) -> InsertionRate | Rejected:
    told = f"{row['uai']} {row['code']}"
    cfd, way = row["cfd"] or row["code"], _WAYS.get(row["way"])
    if not is_uai(row["uai"]) or len(cfd) != 8 or way is None:
        return Rejected(number, "L’UAI, le code de formation ou la filière manque.", told)
    if cfd not in titles:
        return Rejected(number, "Diplôme inconnu : chargez d’abord Certif-Info.", told)
    wrong = [row[name] for name in _FIGURES if row[name] and cells.percent(row[name]) is None]
    if wrong:
        return Rejected(number, "Un taux n’est pas entre 0 et 100.", f"{told} {wrong[0]}")
    return InsertionRate(
        period=f"cumul {row['period'].replace('_', '-')}"[:20],
        uai=row["uai"],
        code_kind="CFD",
        code=cfd,
        title=titles[cfd][:300],
        way=way,
        **{name: cells.percent(row[name]) for name in _FIGURES},
    )


def _parse_rates(path: Path, way: Way) -> Iterator[Parsed]:
    for number, row in read_csv(path, _RATES):
        yield number, row if isinstance(row, Rejected) else _rate(number, row, way)


def _rate(number: int, row: Row, way: Way) -> InsertionRate | Rejected:
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
        way=way,
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
_COLUMNS = columns_but(InsertionRate, "id", *_KEY)


def _of(code_kind: str, *ways: Way) -> Q:
    return Q(code_kind=code_kind, way__in=ways)


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
    tables=[Table(InsertionRate, _KEY, _COLUMNS, parse_rates, scope=_of("MEFSTAT11", Way.SCHOOL))],
    stale_after=dt.timedelta(days=200),
    after=build_courses,
)
RATES_OF_CFA = Importer(
    slug="inserjeunes-cfa",
    title="InserJeunes, centres de formation d’apprentis",
    publisher="Depp et Dares",
    licence=LICENCE_OUVERTE,
    page=f"{_EDUCATION}/explore/dataset/{_OF_CFA}/",
    locate=fixed(
        f"{_EDUCATION}/{_EXPORT}/{_OF_CFA}/exports/csv?delimiter=%3B&use_labels=false",
        title="InserJeunes, centres de formation d’apprentis",
        name="inserjeunes-cfa.csv",
    ),
    tables=[
        Table(InsertionRate, _KEY, _COLUMNS, parse_rates_of_cfa, scope=_of("MEFSTAT11", Way.APPRENTICESHIP)),
    ],
    stale_after=dt.timedelta(days=200),
    after=build_courses,
)
EXPOSED = Importer(
    slug="inserjeunes-exposition",
    title="InserJeunes, tables « Exposition »",
    publisher="Depp, Dares et Sies",
    licence=LICENCE_OUVERTE,
    page="https://api.exposition.inserjeunes.beta.gouv.fr/",
    locate=by_hand("liste « formations » de l’API Exposition, avec un compte"),
    tables=[Table(InsertionRate, _KEY, _COLUMNS, parse_exposed, scope=_of("CFD", Way.SCHOOL, Way.APPRENTICESHIP))],
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
