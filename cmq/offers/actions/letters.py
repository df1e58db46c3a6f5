"""Letters to those who post offers, and to those who vouch for them."""

import datetime as dt

from django.conf import settings

from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core import mail
from cmq.core.models import OutgoingMail
from cmq.offers.links import link_to
from cmq.offers.models import Employer, JobOffer


def write(offer: JobOffer, *, template: str, event: str, until: dt.datetime | None = None, **more: object) -> bool:
    """Write to the employer of an offer, once an event; with a link when it says until when it is good."""
    employer = offer.employer
    assert employer is not None
    context: dict[str, object] = {
        "offer": offer.title,
        "employer": employer.name,
        "is_demo": offer.is_demo,
        "page": f"{settings.SITE_URL}{offer.get_absolute_url()}",
        "link": link_to(offer, until=until) if until else "",
        **more,
    }
    key = f"{prefix(employer)}{offer.pk}:{event}"
    return mail.post(employer.email, f"mail/{template}", context, key=key, is_secret=until is not None)


def ask_to_vouch(offer: JobOffer, campuses: list[Campus], *, on: dt.date) -> None:
    """Tell the directors of the campuses of which the establishment is a member that an employer waits for them."""
    employer = offer.employer
    assert employer is not None
    heads = CampusMembership.objects.begun(on).filter(campus__in=campuses, role=CampusRole.DIRECTOR)
    for head in heads.select_related("campus", "person"):
        if head.person is None:
            continue
        context = {
            "offer": offer.title,
            "employer": employer.name,
            "campus": head.campus.name,
            "is_demo": offer.is_demo,
            "link": f"{settings.SITE_URL}/espace/campus/{head.campus.slug}/employeurs/",
        }
        key = f"{prefix(employer)}vouch:{head.pk}"
        mail.post(head.person.email, "mail/employer_to_vouch", context, key=key)


def forget(employer: Employer) -> None:
    """Take the letters about an employer out of the outbox: they bear an address."""
    OutgoingMail.objects.filter(key__startswith=prefix(employer)).delete()


def prefix(employer: Employer) -> str:
    """What the keys of all letters about an employer begin with."""
    return f"employer:{employer.pk}:"
