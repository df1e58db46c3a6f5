"""Who may do what to offers and those who post them; when an offer may be; how long things are kept."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus, Partnership
from cmq.careers.models import Occupation
from cmq.core.errors import require
from cmq.core.rights import Role, right
from cmq.core.text import one_line
from cmq.offers.models import ContractKind, Employer, OfferKind
from cmq.organisations.codes import is_siret
from cmq.organisations.rules import is_keeper
from cmq.reference.models import Commune

# How long an offer is shown before its employer is asked again.
DURATIONS = (30, 60, 90)
LONGEST = dt.timedelta(days=90)
# Days before the end at which letters leave.
REMINDED = (7, 1)
# The link that proves an address; an offer whose address nobody proved goes with it.
PROVED_WITHIN = dt.timedelta(days=7)
# A closed offer answers 410 for that long, then it is forgotten.
KEPT = dt.timedelta(days=180)
# What the digest of a refused address is for (`core.addresses`).
REFUSED = "cmq.offers.refused"
MOST_OPEN = 50
_FREE_MAIL = Path(__file__).parent / "data" / "free_mail.txt"


@right("offers.vouch", "Reconnaître un employeur membre du campus", roles=campuses.CAMPUS_HEADS, about="campus")
def can_vouch(person: Any, campus: Campus) -> bool:
    """The director of the campus, and the keepers."""
    return campuses.can_invite(person, campus)


@right("offers.read_employers", "Voir les employeurs d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_read(person: Any, campus: Campus) -> bool:
    """Those who work on the campus."""
    return campuses.can_edit(person, campus)


@right(
    "offers.keep", "Reconnaître tout employeur, traiter les signalements d’offres", roles=(Role.KEEPER, Role.TECHNICIAN)
)
def can_keep(person: Any) -> bool:
    """The keepers of the register."""
    return is_keeper(person)


def campuses_of(employer: Employer, *, on: dt.date) -> "list[Campus]":
    """The campuses of which the establishment is a member on that day."""
    if employer.organisation_id is None:
        return []
    running = Partnership.objects.active(on).filter(organisation=employer.organisation_id)
    return list(Campus.objects.filter(pk__in=running.values("campus")).order_by("name", "pk"))


@dataclass(frozen=True)
class Poster:
    """Who posts, as they say."""

    siret: str
    name: str
    email: str

    def cleaned(self) -> "Poster":
        """The same in the form that is kept. Raises `Refusal`."""
        siret, email = "".join(self.siret.split()), self.email.strip().lower()
        require(is_siret(siret), "Ce SIRET est faux : il a 14 chiffres, dont le dernier est un chiffre de contrôle.")
        try:
            validate_email(email)
        except ValidationError:
            require(False, "Cette adresse électronique n’est pas complète.")
        require(len(email) <= 254, "Cette adresse électronique est trop longue.")
        require(
            not is_free_mail(email),
            "Cette adresse est celle d’une boîte ouverte à tous : donnez une adresse professionnelle, qui montre que "
            "vous travaillez dans l’établissement.",
        )
        name = one_line(self.name)
        require(name, "Donnez le nom de l’établissement.")
        require(len(name) <= 250, "Le nom de l’établissement dépasse 250 caractères.")
        return replace(self, siret=siret, name=name, email=email)


@dataclass(frozen=True)
class Terms:
    """An offer as its employer enters it."""

    title: str
    text: str
    kind: OfferKind
    contract: ContractKind
    commune: Commune
    occupation: Occupation
    apply_url: str
    days: int = DURATIONS[1]
    positions: int = 1
    duration_months: int | None = None
    salary: str = ""
    starts_on: dt.date | None = None
    is_accessible: bool | None = None


_LAWFUL = {
    OfferKind.APPRENTICESHIP: {ContractKind.APPRENTICESHIP, ContractKind.PROFESSIONALISATION},
    OfferKind.INTERNSHIP: {ContractKind.INTERNSHIP},
}


def check_terms(terms: Terms, *, on: dt.date) -> None:
    """Raise `Refusal` for an offer that cannot be posted on that day."""
    require(one_line(terms.title), "Donnez l’intitulé de l’offre.")
    require(len(one_line(terms.title)) <= 200, "L’intitulé dépasse 200 caractères.")
    text = terms.text.strip()
    require(len(text) >= 80, "Décrivez le poste en quelques phrases : 80 caractères au moins.")
    require(len(text) <= 10_000, "La description dépasse 10 000 caractères.")
    require(len(one_line(terms.salary)) <= 200, "Le salaire dépasse 200 caractères.")
    special = set().union(*_LAWFUL.values())
    wanted = _LAWFUL.get(terms.kind, set(ContractKind) - special)
    require(terms.contract in wanted, f"Ce contrat ne va pas avec la nature de l’offre ({terms.kind.label.lower()}).")
    # Code du travail, L. 1242-8-1, L. 6222-7-1: no such contract is longer, renewals included.
    longest = 6 if terms.kind == OfferKind.INTERNSHIP else 48
    require((terms.duration_months or 1) <= longest, f"Un tel contrat dure au plus {longest} mois.")
    require(terms.days in DURATIONS, "Une offre est montrée 30, 60 ou 90 jours.")
    require(1 <= terms.positions <= 500, "Le nombre de postes va de 1 à 500.")
    require(terms.apply_url.startswith(("https://", "http://")), "Donnez l’adresse web où l’on postule.")
    if terms.starts_on:
        require(terms.starts_on >= on, "Le poste commencerait dans le passé.")
        require(terms.starts_on <= on + dt.timedelta(days=366), "Le poste commencerait dans plus d’un an.")


def is_free_mail(email: str) -> bool:
    """Whether the address is of a box that anyone may open (`data/free_mail.txt`)."""
    return email.rpartition("@")[2].lower() in _free_domains()


@cache
def _free_domains() -> frozenset[str]:
    lines = (line.strip() for line in _FREE_MAIL.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line and not line.startswith("#"))
