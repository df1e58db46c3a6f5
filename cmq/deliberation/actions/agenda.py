"""The agenda of a meeting: files and measures put on it, in order, each with its report."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db.models import Max, ProtectedError, Q
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.moves import lock, move
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.core.bulk import Outcome, one_by_one
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.deliberation import rules
from cmq.deliberation.actions.meetings import locked
from cmq.deliberation.models import AgendaItem, LabelMeasure, Meeting, MeetingState

LONGEST_REPORT = 20_000


@action
def add_item(meeting: Meeting, subject: LabelApplication | LabelMeasure, *, by: User) -> AgendaItem:
    """Put a file or a measure that is before the college on the agenda, last. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_run(by))
    meeting = locked(meeting)
    require(meeting.state != MeetingState.CLOSED, "Cette séance est close.")
    require(subject.campaign_id == meeting.campaign_id, f"{subject} n’est pas de la campagne de cette séance.")
    last = meeting.items.aggregate(last=Max("position"))["last"] or 0
    item = AgendaItem(meeting=meeting, position=last + 1)
    # Locked: two meetings that take the same file at once must see each other.
    if isinstance(subject, LabelApplication):
        item.application = LabelApplication.objects.select_for_update().get(pk=subject.pk)
        same = AgendaItem.objects.filter(application=subject)
    else:
        item.measure = LabelMeasure.objects.select_for_update().get(pk=subject.pk)
        same = AgendaItem.objects.filter(measure=subject)
    subject = item.subject
    require(rules.is_tabled(item), f"{subject} est « {subject.get_state_display()} », pas devant le collège.")
    elsewhere = same.filter(
        ~Q(meeting__state=MeetingState.CLOSED) | Q(concluded_at__isnull=False, tally__step=subject.step)
    )
    other = elsewhere.select_related("meeting").first()
    require(other is None, f"{subject} est déjà à l’ordre du jour : {other.meeting if other else ''}.")
    item.save()
    record(item, "deliberation.add_item", f"{meeting} – point {item.position} : {item}.", is_private=True)
    return item


def add_items(
    meeting: Meeting, subjects: Iterable[LabelApplication | LabelMeasure], *, by: User
) -> list[Outcome[LabelApplication | LabelMeasure]]:
    """Put many on the agenda, each by `add_item`. Raises `NotAllowed`."""
    require_right(rules.can_run(by))
    return one_by_one(subjects, lambda subject: add_item(meeting, subject, by=by))


@action
def remove_item(item: AgendaItem, *, by: User) -> None:
    """Take a point off the agenda before anybody has taken position on it. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_run(by))
    meeting = locked(item.meeting)
    require(meeting.state != MeetingState.CLOSED, "Cette séance est close.")
    require(not item.positions.exists(), "Des positions sont déjà prises sur ce point.")
    record(item, "deliberation.remove_item", f"{meeting} – point retiré : {item}.", is_private=True)
    try:
        item.delete()
    except ProtectedError as error:
        # A joint decision holds on to its point; this room does not know decisions.
        raise Refusal("Ce point est déjà décidé.") from error


@action
def order_items(meeting: Meeting, items: Sequence[AgendaItem], *, by: User) -> None:
    """Set the order of the agenda; every point is named once. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_run(by))
    meeting = locked(meeting)
    require(meeting.state != MeetingState.CLOSED, "Cette séance est close.")
    standing = {item.pk: item for item in meeting.items.all()}
    wanted = [item.pk for item in items]
    require(sorted(wanted) == sorted(standing), "L’ordre du jour a changé : rechargez la page.")
    for position, pk in enumerate(wanted, 1):
        standing[pk].position = position
    AgendaItem.objects.bulk_update(standing.values(), ["position"])
    record(meeting, "deliberation.order_items", f"{meeting} – ordre du jour réordonné.", is_private=True)


@action
def write_report(item: AgendaItem, *, report: str, by: User) -> AgendaItem:
    """Write what the rapporteur tells the college of a point. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_run(by))
    meeting = locked(item.meeting)
    require(meeting.state != MeetingState.CLOSED, "Cette séance est close.")
    require(len(report) <= LONGEST_REPORT, "Le rapport dépasse 20 000 caractères.")
    item.report = report.strip()
    item.save(update_fields=["report"])
    record(item, "deliberation.write_report", f"{meeting} – rapport écrit : {item}.", is_private=True)
    return item


@action
def bring_back(
    application: LabelApplication, *, reason: str, by: User, step: int | None = None, at: dt.datetime | None = None
) -> LabelApplication:
    """Put a deferred file before the college again, once what it was deferred for is there.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_run(by))
    application = lock(application, step=step)
    require(reason.strip(), "Dites pourquoi le dossier revient devant le collège.")
    require(application.state == ApplicationState.DEFERRED, "Seul un dossier ajourné revient devant le collège.")
    return move(application, ApplicationState.COLLEGE, by=by, at=at or timezone.now(), reason=reason)
