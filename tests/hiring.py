"""Employers who post offers, for tests; their doors, read by `doors`."""

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils import timezone

from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.careers.models import Occupation
from cmq.core.rights import Role
from cmq.offers.actions import posting
from cmq.offers.links import token_of
from cmq.offers.models import AbuseReason, ContractKind, Employer, JobOffer, OfferKind, OfferReport
from cmq.offers.rules import Poster, Terms
from cmq.organisations.models import Organisation
from cmq.reference.models import Commune
from tests.cast import Stage
from tests.factories import an_organisation
from tests.money import NOBODY, ON_CAMPUS

SIRET = "73282932000074"
TEXT = "Assembler des charpentes de bois dans un atelier clair, en équipe de quatre, sur des chantiers de la région."

HEADS = frozenset({Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN})
KEEPERS = frozenset({Role.KEEPER, Role.TECHNICIAN})
DOORS: dict[str, tuple[Any, ...]] = {
    "espace_employers": (ON_CAMPUS, NOBODY),
    "espace_employer": (HEADS, HEADS),
    **dict.fromkeys(("registre_employers", "registre_offer_reports"), (KEEPERS, NOBODY, 403)),
    **dict.fromkeys(("registre_employer", "registre_offer_report"), (KEEPERS, KEEPERS, 403)),
}


def a_job(code: str = "J1501", title: str = "Aide-soignant / Aide-soignante") -> Occupation:
    """A job of the ROME."""
    defaults = {"title": title, "slug": f"{code.lower()}-x", "folded_title": title.lower()}
    return Occupation.objects.get_or_create(code=code, defaults=defaults)[0]


def terms(**fields: Any) -> Terms:
    """A lawful offer."""
    said: dict[str, Any] = {
        "title": "Charpentier (H/F)",
        "text": TEXT,
        "kind": OfferKind.JOB,
        "contract": ContractKind.PERMANENT,
        "commune": Commune.objects.get(insee_code="62108"),
        "occupation": a_job(),
        "apply_url": "https://exemple.fr/postuler",
    }
    return Terms(**(said | fields))


def poster(email: str = "rh@charpentes.exemple.fr", *, siret: str = SIRET) -> Poster:
    """Somebody of an establishment."""
    return Poster(siret, "Charpentes fictives", email)


def asked(*, at: dt.datetime | None = None, email: str = "rh@charpentes.exemple.fr", **fields: Any) -> JobOffer:
    """An offer whose address is not proved yet."""
    return posting.post(poster(email), terms(**fields), at=at)


def waiting(*, at: dt.datetime | None = None, **fields: Any) -> JobOffer:
    """An offer whose employer waits for somebody to vouch."""
    at = at or timezone.now()
    offer = asked(at=at, **fields)
    return posting.confirm(token_of(offer, until=at + dt.timedelta(days=1)), at=at)


def shown(*, at: dt.datetime | None = None, campus: Campus | None = None, **fields: Any) -> JobOffer:
    """An offer that everyone sees."""
    offer = waiting(at=at, **fields)
    assert offer.employer is not None
    posting.vouch(offer.employer, by=None, campus=campus, at=at)
    offer.refresh_from_db()
    return offer


def a_member(campus: Campus, *, siret: str = SIRET) -> Organisation:
    """The establishment as a member of a campus."""
    organisation = Organisation.objects.filter(siret=siret).first() or an_organisation("Charpentes", siret=siret)
    add_partner(campus, organisation)
    return organisation


def stored(title: str = "Soudeur", **fields: Any) -> JobOffer:
    """An offer straight in the table, open and of today unless told."""
    now = timezone.now()
    said = {"published_at": now, "modified_at": now, "confirmed_at": now, "folded_title": title.lower()}
    place = Commune.objects.get(insee_code=fields.pop("insee", "62108"))
    said |= {"commune": place, "place": str(place), "latitude": place.latitude, "longitude": place.longitude}
    return JobOffer.objects.create(title=title, **(said | fields))


def a_report(offer: JobOffer) -> OfferReport:
    """What a reader says of it."""
    return OfferReport.objects.create(offer=offer, reason=AbuseReason.FALSE, reported_at=timezone.now())


def address(stage: Stage, name: str) -> str:
    """The address of a page, about an employer who waits, a member of the stage's campus."""
    if name in ("registre_employers", "registre_offer_reports"):
        return reverse(name)
    if name == "espace_employers":
        return reverse(name, args=[stage.campus.slug])
    employer = Employer.objects.first() or _employer(stage.campus)
    if name == "registre_employer":
        return reverse(name, args=[employer.pk])
    if name == "espace_employer":
        return reverse(name, args=[stage.campus.slug, employer.pk])
    offer = employer.offers.get()
    return reverse(name, args=[(OfferReport.objects.first() or a_report(offer)).pk])


def _employer(campus: Campus) -> Employer:
    a_member(campus)
    offer = waiting()
    assert offer.employer is not None
    return offer.employer
