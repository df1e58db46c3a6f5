"""Every day: employers are asked whether their offers still stand; what is over is closed."""

import datetime as dt

from django.db.models import Q
from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.offers import rules
from cmq.offers.actions import letters
from cmq.offers.actions.posting import close_for
from cmq.offers.actions.taking_in import BATCH, tell
from cmq.offers.models import AbuseReason, Closing, JobOffer, OfferReport, OfferState


@action
def remind(*, on: dt.date) -> int:
    """Write to employers whose offers end within a week, then within a day: once each; how many letters."""
    at = timezone.make_aware(dt.datetime.combine(on, dt.time.min))
    soon = at + dt.timedelta(days=max(rules.REMINDED) + 1)
    ending = JobOffer.objects.live(at).filter(expires_at__lt=soon).exclude(employer=None)
    number = 0
    for offer in ending.select_related("employer").order_by("pk"):
        assert offer.expires_at is not None
        left = (timezone.localdate(offer.expires_at) - on).days
        due = min((day for day in rules.REMINDED if left <= day), default=None)
        if due is not None:
            event = f"ends-{due}-{offer.expires_at:%Y-%m-%d}"
            until = offer.expires_at
            number += letters.write(offer, template="employer_ending", event=event, until=until, ends=until, left=left)
    return number


def switch_off(*, at: dt.datetime) -> int:
    """Close what has expired, and what its employer has not confirmed for 90 days; how many offers."""
    number = 0
    while closed := _switch_some_off(at=at):
        number += closed
    return number


@action
def _switch_some_off(*, at: dt.datetime) -> int:
    over = Q(expires_at__lte=at) | Q(employer__isnull=False, confirmed_at__lte=at - rules.LONGEST)
    some = list(
        JobOffer.objects.filter(over, state=OfferState.OPEN).order_by("pk").values_list("pk", flat=True)[:BATCH]
    )
    rows = JobOffer.objects.filter(pk__in=some, state=OfferState.OPEN)
    rows.update(state=OfferState.CLOSED, closed_at=at, closed_because=Closing.EXPIRED)
    tell(some, f"{len(some)} offres expirées.")
    return len(some)


@action
def report(offer: JobOffer, *, reason: AbuseReason, text: str, at: dt.datetime | None = None) -> OfferReport:
    """A reader says what is wrong with an offer. Nothing of them is kept. Raises `Refusal`."""
    text = text.strip()
    require(len(text) <= 1_000, "Les précisions dépassent 1 000 caractères.")
    require(text or reason != AbuseReason.OTHER, "Dites ce qui ne va pas.")
    made = OfferReport.objects.create(offer=offer, reason=reason, text=text, reported_at=at or timezone.now())
    record(offer, "offers.report", f"Offre signalée : {offer} – {reason.label}.", is_private=True)
    return made


@action
def answer(
    reported: OfferReport, *, withdraw: bool, outcome: str, by: User | None, at: dt.datetime | None = None
) -> OfferReport:
    """Say what became of a report; withdrawing the offer answers all that were made of it. Raises `Refusal`."""
    at = at or timezone.now()
    require_right(by is None or rules.can_keep(by))
    outcome = one_line(outcome)
    require(outcome, "Dites la suite donnée.")
    require(len(outcome) <= 250, "La suite donnée dépasse 250 caractères.")
    offer = JobOffer.objects.select_for_update(of=("self",)).select_related("employer").get(pk=reported.offer_id)
    reported = OfferReport.objects.get(pk=reported.pk)
    require(reported.handled_at is None, "Ce signalement a déjà été traité.")
    open_reports = offer.reports.filter(handled_at=None)
    (open_reports if withdraw else open_reports.filter(pk=reported.pk)).update(handled_at=at, outcome=outcome)
    if withdraw and offer.state != OfferState.CLOSED:
        close_for(offer, Closing.REPORT, at=at)
        if offer.employer is not None:
            letters.write(offer, template="employer_withdrawn", event="withdrawn", reason=outcome)
    record(offer, "offers.answer_report", f"Signalement traité : {offer} – {outcome}", is_private=True)
    reported.refresh_from_db()
    return reported
