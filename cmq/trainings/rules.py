"""Who may do what to the trainings of a campus, and what makes a training a good one."""

import datetime as dt
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus
from cmq.core.errors import Refusal, require
from cmq.core.provenance import UNKNOWN_ORIGIN, Origin
from cmq.core.rights import right
from cmq.core.text import one_line
from cmq.organisations.models import Organisation
from cmq.reference.audiences import LEARNERS, Audience
from cmq.reference.models import Commune
from cmq.trainings.models import Stage, TrainingKind, Way

MOST_MODULES = 40
MOST_ROMES = 30
_SPACES = re.compile(r"\s+")


@right("trainings.read", "Lire les formations d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
@right("trainings.edit", "Tenir les formations d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_edit(person: Any, campus: Campus) -> bool:
    """Those who work on the campus."""
    return campuses.can_edit(person, campus)


@dataclass(frozen=True)
class TrainingTerms:
    """What a training says, as it is entered."""

    title: str
    organisation: Organisation
    diploma: str = ""
    level: int | None = None
    rncp_code: str = ""
    kind: TrainingKind | None = None
    stage: Stage | None = None
    ways: tuple[Way, ...] = ()
    audiences: tuple[Audience, ...] = ()
    romes: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    colorations: tuple[str, ...] = ()
    commune: Commune | None = None
    address: str = ""
    capacity: int | None = None
    next_start: dt.date | None = None
    apply_url: str = ""
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    origin: Origin = field(default=UNKNOWN_ORIGIN)


def rncp(value: str) -> str:
    """« RNCP » and the number of a certification, from what people type (« 35506 », « rncp 35506 »).

    Source: the répertoire national des certifications professionnelles (code du travail, L. 6113-1) numbers its
    sheets without a check digit. Raises `Refusal`.
    """
    found = re.fullmatch(r"(?:RNCP)?([1-9][0-9]{0,4})", _SPACES.sub("", value).upper())
    if not found:
        raise Refusal(f"« {one_line(value)[:40]} » n’est pas un code RNCP : il s’écrit comme RNCP12345.")
    return f"RNCP{found[1]}"


def rome(value: str) -> str:
    """A code of the répertoire opérationnel des métiers et des emplois: a letter from A to N and four digits.

    Raises `Refusal`.
    """
    typed = _SPACES.sub("", value).upper()
    if not re.fullmatch(r"[A-N][0-9]{4}", typed):
        raise Refusal(f"« {one_line(value)[:40]} » n’est pas un code ROME : une lettre de A à N et quatre chiffres.")
    return typed


def check(terms: TrainingTerms, campus: Campus) -> None:
    """Raise `Refusal` for a training that cannot be, but for who gives it."""
    require(one_line(terms.title), "Donnez l’intitulé de la formation.")
    for text, longest, what in (
        (terms.title, 250, "L’intitulé"),
        (terms.diploma, 200, "Le diplôme"),
        (terms.address, 250, "L’adresse"),
        (terms.apply_url, 300, "L’adresse pour s’inscrire"),
        *((title, 200, f"« {title[:40]}… »") for title in (*terms.modules, *terms.colorations)),
    ):
        require(len(one_line(text)) <= longest, f"{what} : {longest} caractères au plus.")
    require(terms.level is None or 3 <= terms.level <= 8, "Le niveau va de 3 à 8.")
    require(terms.capacity is None or 1 <= terms.capacity <= 100_000, "Le nombre de places va de 1 à 100 000.")
    require(len(terms.modules) + len(terms.colorations) <= MOST_MODULES, f"{MOST_MODULES} modules au plus.")
    require(len(terms.romes) <= MOST_ROMES, f"{MOST_ROMES} codes ROME au plus.")
    stranger = next((each for each in terms.audiences if each not in LEARNERS), None)
    require(stranger is None, f"Une formation n’a pas pour public : {stranger.label.lower()}." if stranger else "")
    in_order = terms.starts_on is None or terms.ends_on is None or terms.starts_on <= terms.ends_on
    require(in_order, "La formation finit avant de commencer.")
    require(_is_web(terms.apply_url), "L’adresse pour s’inscrire commence par https://.")
    require(terms.organisation.is_demo == campus.is_demo, "Cette organisation n’est pas au registre.")


def _is_web(url: str) -> bool:
    if not url:
        return True
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False
