"""The college of the demonstration at work: meetings, positions, joint decisions, signatures, publication, an order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from cmq.applications.models import ApplicationKind, LabelApplication
from cmq.awards.actions.deciding import decide, sign
from cmq.awards.actions.orders import complete_order, draft_order
from cmq.awards.actions.publishing import publish_many
from cmq.awards.models import JointDecision
from cmq.awards.rules import DecisionTerms, gives_label
from cmq.campaigns.models import Campaign
from cmq.deliberation.actions.agenda import add_item, write_report
from cmq.deliberation.actions.meetings import attend, close_meeting, convene, open_meeting, prepare_meeting
from cmq.deliberation.actions.voting import conclude, take_position
from cmq.deliberation.models import AgendaItem, LabelMeasure, Meeting, Outcome
from cmq.expertise.models import Advice
from cmq.operations.demonstration.people import Cast

REMEDIES = "Recours fictif : cette décision est inventée pour la démonstration ; aucun tribunal n’en connaîtra."


@dataclass(frozen=True)
class Point:
    """What is put before the college, and what it wants."""

    subject: LabelApplication | LabelMeasure
    advice: Advice = Advice.AWARD
    years: int | None = None


def hold(
    campaign: Campaign, cast: Cast, points: Sequence[Point], *, title: str, at: dt.datetime, closes: bool = True
) -> list[AgendaItem]:
    """Hold a meeting where every authority votes on every point; its items, concluded."""
    meeting = start(campaign, cast, [point.subject for point in points], title=title, at=at)
    items = list(meeting.items.all())
    for item, point in zip(items, points, strict=True):
        vote(item, cast, point, number=6, at=at)
        conclude(item, by=cast["secretaire"], at=at + dt.timedelta(hours=1))
    if closes:
        close_meeting(meeting, by=cast["secretaire"], at=at + dt.timedelta(hours=3))
    return list(meeting.items.select_related("application__campus", "measure__campus", "meeting__campaign__college"))


def start(
    campaign: Campaign, cast: Cast, subjects: Sequence[LabelApplication | LabelMeasure], *, title: str, at: dt.datetime
) -> Meeting:
    """A meeting convened a week before, open, with everybody in their seat."""
    secretary = cast["secretaire"]
    meeting = prepare_meeting(campaign, title=title, held_at=at, place="Salle fictive", by=secretary)
    for subject in subjects:
        item = add_item(meeting, subject, by=secretary)
        write_report(item, report="Rapport fictif : le dossier est présenté au collège.", by=secretary)
    convene(meeting, by=secretary, at=at - dt.timedelta(days=7))
    open_meeting(meeting, by=secretary, at=at)
    for holder in cast.holders:
        attend(meeting, holder, by=secretary, at=at)
    meeting.refresh_from_db()
    return meeting


def vote(item: AgendaItem, cast: Cast, point: Point, *, number: int, at: dt.datetime) -> None:
    """The first authorities take position; one of them asks for less time where everybody awards."""
    for holder in cast.holders[:number]:
        reasons = "" if point.advice is Advice.AWARD else "Motif fictif de la position."
        take_position(item, advice=point.advice, years=point.years, reasons=reasons, by=holder.person, at=at)


def decide_all(items: Sequence[AgendaItem], cast: Cast, *, at: dt.datetime) -> list[JointDecision]:
    """Write each decision in the terms that were asked."""
    return [decide(item, terms_of(item, at), by=cast["secretaire"], at=at) for item in items]


def terms_of(item: AgendaItem, at: dt.datetime) -> DecisionTerms:
    """The terms of what was voted."""
    outcome = Outcome(item.tally["outcome"])
    if outcome is not Outcome.GRANTED:
        return DecisionTerms(reasons="Motifs fictifs : le besoin n’est pas démontré.", remedies=REMEDIES)
    starts = timezone.localdate(at) + dt.timedelta(days=1)
    if not gives_label(item):
        return DecisionTerms(reasons="Motifs fictifs.", remedies=REMEDIES, starts_on=starts)
    application = item.application
    assert application is not None
    years = item.tally["years"]["proposed"] if item.tally["years"] else application.duration_years
    merged = application.kind == ApplicationKind.MERGER
    return DecisionTerms(
        reasons="Motifs fictifs : le dossier répond aux critères.",
        name="Campus fictif des Rivages" if merged else application.campus.name,
        category=application.category,
        filiere=application.filiere,
        territory=application.territory,
        duration_years=years,
        starts_on=starts,
    )


def sign_all(decisions: Sequence[JointDecision], cast: Cast, *, at: dt.datetime, but: int = 0) -> None:
    """Every authority signs every decision, the last `but` ones excepted."""
    for decision in decisions:
        signatures = list(decision.signatures.select_related("authority"))
        for signature, holder in list(zip(signatures, cast.holders, strict=True))[: len(signatures) - but]:
            sign(signature, by=holder.person, at=at)


def publish_and_order(decisions: Sequence[JointDecision], cast: Cast, *, at: dt.datetime) -> None:
    """Publish together; then the fictional order arrives, number by number."""
    secretary = cast["secretaire"]
    publish_many(decisions, by=secretary, at=at)
    granted = [each for each in decisions if each.outcome == Outcome.GRANTED]
    day = timezone.localdate(at)
    order = draft_order(granted, title="Arrêté conjoint fictif", by=secretary, at=at)
    complete_order(order, number="Arrêté n° 42 (fictif)", signed_on=day, by=secretary)
    complete_order(order, published_on=day + dt.timedelta(days=8), by=secretary)
    complete_order(order, notified_on=day + dt.timedelta(days=12), by=secretary)
