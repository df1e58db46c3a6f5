"""The trainings of the fictional campuses: home automation for home-care workers first; one shared, one orphaned."""

import datetime as dt
from typing import Any

from cmq.campuses.models import Campus, Partnership
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.imports.training_actions import receive_trainings
from cmq.operations.demonstration.people import Cast
from cmq.reference.audiences import Audience
from cmq.reference.models import Commune
from cmq.trainings import actions
from cmq.trainings.models import Stage, Training, TrainingKind, Way, current_members
from cmq.trainings.rules import TrainingTerms

MAIN = "Campus fictif des Métiers du Bien-vieillir"
_ADULTS = (Audience.EMPLOYEES, Audience.JOB_SEEKERS)
_YOUNG = (Audience.PUPILS, Audience.APPRENTICES)
_SCHOOL = {"kind": TrainingKind.PROFESSIONAL, "stage": Stage.SECONDARY, "audiences": _YOUNG}
_HIGHER = {"kind": TrainingKind.PROFESSIONAL, "stage": Stage.HIGHER, "audiences": (Audience.STUDENTS,)}
# What the main campus teaches too, in other words: a complementarity.
_HOME = {"level": 5, "modules": ("Domotique pour l’aide à domicile (fictif)",), **_HIGHER}
# Campus, title, what it says; the codes of certifications are left out, for a real one is nobody's fiction.
ELSEWHERE: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("du Bois et des Charpentes", "Charpente et levage (fictif)", {"level": 3, "ways": (Way.APPRENTICESHIP,)}),
    (
        "du Bois et des Charpentes",
        "Maison bois adaptée au grand âge (fictif)",
        _HOME,
    ),
    ("des Tables de l’Ouest", "Cuisine des aînés (fictif)", {"level": 4, "ways": (Way.SCHOOL,), **_SCHOOL}),
    ("de la Vigne et du Chai", "Travail du chai (fictif)", {"level": 4, "ways": (Way.SCHOOL,), **_SCHOOL}),
    ("des Métiers à tisser", "Textiles de santé (fictif)", {"level": 6, "ways": (Way.SCHOOL,), **_HIGHER}),
    ("des Énergies de l’Océan", "Maintenance en mer (fictif)", {"level": 5, "ways": (Way.SCHOOL,), **_HIGHER}),
)

TABLE = """intitule;organisation;niveau;publics
Sécurité au domicile (fictif);Lycée fictif des Dunes;3;salaries
Niveau impossible (fictif);Lycée fictif des Dunes;12;salaries
"""


def build(cast: Cast, origin: Origin, *, on: dt.date) -> None:
    """The trainings, around the day `on`."""
    campuses = {campus.name: campus for campus in Campus.objects.filter(is_demo=True)}
    main = campuses[MAIN]
    shared = _main(main, origin, cast, on)
    for ending, title, fields in ELSEWHERE:
        campus = next((each for name, each in campuses.items() if name.endswith(ending)), None)
        member = current_members(campus, on=on).order_by("pk").first() if campus else None
        if campus and member:
            _enter(campus, member, title, origin, on, fields)
    share = actions.share_training(shared, campus=campuses["Campus fictif des Tables de l’Ouest"], by=None)
    actions.accept_share(share, by=None)
    # A table read, with a good line and a faulty one, that awaits its confirmation.
    receive_trainings(main, name="formations-fictives.csv", content=TABLE.encode(), by=cast["directrice"])


def _main(main: Campus, origin: Origin, cast: Cast, on: dt.date) -> Training:
    members = {each.organisation.name: each for each in current_members(main, on=on).select_related("organisation")}
    lycee, ifas = members["Lycée fictif des Dunes"], members["IFAS fictif de la Canche"]
    home: dict[str, Any] = {
        "level": 3,
        "kind": TrainingKind.PROFESSIONAL,
        "stage": Stage.SECONDARY,
        "ways": (Way.CONTINUING, Way.APPRENTICESHIP),
        "audiences": (*_ADULTS, Audience.APPRENTICES, Audience.CARE_TRAINEES),
        "romes": ("K1304", "K1302"),
        "modules": ("Aide à domicile : domotique (fictif)", "Repérer une chute (fictif)", "Capteurs"),
        "colorations": ("Domotique",),
        "commune": Commune.objects.get(insee_code="62108"),
        "address": "1 rue Inventée",
        "capacity": 16,
        "next_start": on + dt.timedelta(75),
        "apply_url": "https://campus.example.org/domotique",
    }
    title = "Aide à domicile : bases de la domotique (fictif)"
    training = _enter(main, lycee, title, origin, on, home)
    day = on + dt.timedelta(24)
    actions.add_open_day(training, day=day, note="De 9 h à 12 h (fictif)", by=cast["directrice"], on=on)
    care = {"level": 4, "ways": (Way.SCHOOL,), "audiences": (Audience.CARE_TRAINEES,), "romes": ("J1501",)}
    shared = _enter(main, ifas, "Repas et autonomie : soigner par la table (fictif)", origin, on, care)
    _enter(main, lycee, "Accompagnement du grand âge (fictif)", origin, on, {"level": 4, **_SCHOOL})
    over = {"level": 3, "starts_on": on - dt.timedelta(1200), "ends_on": on - dt.timedelta(200), **_SCHOOL}
    _enter(main, lycee, "Initiation à la téléassistance (fictif)", origin, on, over)
    _orphan(main, origin, on)
    return shared


def _orphan(main: Campus, origin: Origin, on: dt.date) -> None:
    """A training entered while its giver was a member, who has left since."""
    left = Partnership.objects.filter(campus=main).exclude(ends_on=None).select_related("organisation").first()
    if left is not None:
        then = dt.date(left.ends_on.year - 1, 9, 1)
        _enter(main, left, "Visites de convivialité (fictif)", origin, then, {"audiences": _ADULTS})


def _enter(
    campus: Campus, member: Partnership, title: str, origin: Origin, on: dt.date, fields: dict[str, Any]
) -> Training:
    dated = Origin(origin.sources, PartialDate.of(on), origin.reliability)
    terms = TrainingTerms(title, member.organisation, origin=dated, **fields)
    return actions.add_training(campus, terms=terms, by=None, on=on)
