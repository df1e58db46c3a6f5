"""Meetings of the college: prepared, convened, opened, attended, closed."""

import datetime as dt

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campaigns.models import Campaign, CampaignState, SeatHolder
from cmq.core import mail
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.deliberation import rules
from cmq.deliberation.models import Attendance, Meeting, MeetingState


@action
def prepare_meeting(
    campaign: Campaign, *, title: str, held_at: dt.datetime, place: str = "", by: User | None
) -> Meeting:
    """A meeting with its day and place. `by` is None for the demonstration. Raises `NotAllowed`, `Refusal`."""
    require_right(by is None or rules.can_run(by))
    require(campaign.state == CampaignState.OPEN, "La campagne n’est pas ouverte : son collège ne se réunit pas.")
    title, place = _checked(title, place)
    meeting = Meeting.objects.create(campaign=campaign, title=title, held_at=held_at, place=place)
    record(meeting, "deliberation.prepare_meeting", f"Séance préparée : {meeting}.", is_private=True)
    return meeting


@action
def change_meeting(meeting: Meeting, *, title: str, held_at: dt.datetime, place: str, by: User) -> Meeting:
    """Change what is said of a meeting that has not begun; `convene` tells it. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_run(by))
    meeting = locked(meeting)
    require(meeting.state == MeetingState.PREPARED, "Cette séance a déjà commencé.")
    before = meeting.held_at
    meeting.title, meeting.place = _checked(title, place)
    meeting.held_at = held_at
    meeting.save(update_fields=["title", "held_at", "place"])
    diff = {"held_at": [before.isoformat(), held_at.isoformat()]} if before != held_at else {}
    record(meeting, "deliberation.change_meeting", f"Séance modifiée : {meeting}.", diff=diff, is_private=True)
    return meeting


@action
def convene(meeting: Meeting, *, by: User, at: dt.datetime | None = None) -> int:
    """Write to all who hold a seat and to their deputies, with the agenda; how many letters are new.

    Convening again writes to those who have come since, and to all when the day has changed.
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_run(by))
    meeting = locked(meeting)
    require(meeting.state == MeetingState.PREPARED, "Cette séance a déjà commencé.")
    items = list(meeting.items.select_related("application__campus", "measure__campus"))
    require(items, "L’ordre du jour est vide.")
    seated = SeatHolder.objects.active(timezone.localdate(at)).filter(seat__authority__college=meeting.campaign.college)
    people = {holder.person_id: holder.person for holder in seated.select_related("person")}
    context = {
        "meeting": meeting,
        "items": [str(item) for item in items],
        "link": f"{settings.SITE_URL}{meeting.get_absolute_url()}",
        "site_url": settings.SITE_URL,
        "site_name": settings.SITE_NAME,
    }
    written = sum(
        mail.post(
            person.email,
            "mail/meeting_convened",
            {**context, "person": person},
            key=f"meeting:{meeting.pk}:{meeting.held_at.isoformat()}:{person.pk}",
        )
        for person in people.values()
    )
    summary = f"Convocation envoyée à {written} personne(s) : {meeting}."
    record(meeting, "deliberation.convene", summary, is_private=True)
    return written


@action
def open_meeting(meeting: Meeting, *, by: User, at: dt.datetime | None = None) -> Meeting:
    """Open a meeting on its day or later; a college holds one at a time. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_run(by))
    at = at or timezone.now()
    meeting = locked(meeting)
    require(meeting.state == MeetingState.PREPARED, "Cette séance a déjà commencé.")
    require(meeting.campaign.state == CampaignState.OPEN, "La campagne est close.")
    day = timezone.localdate(meeting.held_at)
    require(timezone.localdate(at) >= day, f"La séance est prévue le {day:%d/%m/%Y} : changez sa date pour l’avancer.")
    require(meeting.items.exists(), "L’ordre du jour est vide.")
    meeting.state, meeting.opened_at = MeetingState.OPEN, at
    try:
        with transaction.atomic():
            meeting.save(update_fields=["state", "opened_at"])
    except IntegrityError as error:
        raise Refusal("Une autre séance de cette campagne est ouverte : closez-la d’abord.") from error
    record(meeting, "deliberation.open_meeting", f"Séance ouverte : {meeting}.", is_private=True)
    return meeting


@action
def attend(meeting: Meeting, holder: SeatHolder, *, by: User, at: dt.datetime | None = None) -> Attendance:
    """Somebody takes a seat at an open meeting; they say so themselves, or the secretary does.

    A deputy sits only while the holder is absent, and gives the seat back when the holder comes.
    Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    require_right(rules.can_run(by) or by.pk == holder.person_id)
    meeting = locked(meeting)
    require(meeting.state == MeetingState.OPEN, "Cette séance n’est pas ouverte.")
    active = SeatHolder.objects.active(timezone.localdate(at)).filter(
        pk=holder.pk, seat__authority__college=meeting.campaign.college_id
    )
    require(active.exists(), f"{holder.person} ne siège pas dans ce collège aujourd’hui.")
    present = meeting.attendances.present()
    require(not present.filter(person=holder.person).exists(), f"{holder.person} siège déjà.")
    seated = present.filter(seat=holder.seat).first()
    if seated is not None:
        require(seated.is_deputy and not holder.is_deputy, f"Le siège est déjà tenu par {seated.person}.")
        seated.left_at = at
        seated.save(update_fields=["left_at"])
    attendance = Attendance.objects.create(
        meeting=meeting, seat=holder.seat, person=holder.person, is_deputy=holder.is_deputy, arrived_at=at
    )
    record(attendance, "deliberation.attend", f"{meeting} – présence : {attendance.seat}.", is_private=True)
    return attendance


@action
def leave(attendance: Attendance, *, by: User, at: dt.datetime | None = None) -> Attendance:
    """Somebody leaves an open meeting: the seat counts no more for the quorum. Raises `NotAllowed`, `Refusal`."""
    at = at or timezone.now()
    require_right(rules.can_run(by) or by.pk == attendance.person_id)
    meeting = locked(attendance.meeting)
    require(meeting.state == MeetingState.OPEN, "Cette séance n’est pas ouverte.")
    attendance = Attendance.objects.select_related("seat__authority", "person").get(pk=attendance.pk)
    require(attendance.left_at is None, f"{attendance.person} est déjà parti.")
    attendance.left_at = at
    attendance.save(update_fields=["left_at"])
    record(attendance, "deliberation.leave", f"{meeting} – départ : {attendance.seat}.", is_private=True)
    return attendance


@action
def close_meeting(meeting: Meeting, *, by: User, at: dt.datetime | None = None) -> Meeting:
    """Close a meeting: nobody votes any more; points without a closed vote go to another one.

    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_run(by))
    meeting = locked(meeting)
    require(meeting.state == MeetingState.OPEN, "Cette séance n’est pas ouverte.")
    meeting.state, meeting.closed_at = MeetingState.CLOSED, at or timezone.now()
    meeting.save(update_fields=["state", "closed_at"])
    record(meeting, "deliberation.close_meeting", f"Séance close : {meeting}.", is_private=True)
    return meeting


def locked(meeting: Meeting) -> Meeting:
    """The meeting as it stands, locked: what happens in it happens one act after the other."""
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("campaign__college")
    return rows.get(pk=meeting.pk)


def _checked(title: str, place: str) -> tuple[str, str]:
    title, place = one_line(title), one_line(place)
    require(title, "Donnez un intitulé à la séance.")
    require(len(title) <= 200 and len(place) <= 200, "L’intitulé et le lieu ont au plus 200 caractères.")
    return title, place
