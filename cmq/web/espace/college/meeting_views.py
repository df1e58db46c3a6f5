"""Meetings of the college: prepared, convened, attended, their agenda kept."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from cmq.campaigns.models import SeatHolder
from cmq.deliberation import rules
from cmq.deliberation.actions import agenda, meetings
from cmq.deliberation.models import Attendance, Meeting, MeetingState
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    allow,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.college import reading
from cmq.web.espace.college.documents import download, minutes_of
from cmq.web.espace.college.doors import meeting_for, secretary_of
from cmq.web.espace.college.forms import AgendaForm, MeetingForm, OrderForm


@logged_in(*READ)
def index(request: HttpRequest) -> HttpResponse:
    """My meetings, those to come first."""
    person = person_of(request)
    readable = list(rules.readable_meetings(person).order_by("-held_at", "-pk")[:300])
    context = {
        "coming": [each for each in reversed(readable) if each.state != MeetingState.CLOSED],
        "past": [each for each in readable if each.state == MeetingState.CLOSED],
        "runs": rules.can_run(person),
    }
    return page(request, "espace/college/meetings.html", context)


@logged_in(*READ_AND_ACT)
def prepare(request: HttpRequest) -> HttpResponse:
    """A new meeting."""
    person = secretary_of(request)
    form = MeetingForm(posted(request))
    made: list[Meeting] = []

    def act(data: dict[str, Any]) -> None:
        made.append(meetings.prepare_meeting(data.pop("campaign"), **data, by=person))

    if submit(request, form, act):
        return done(request, "Séance préparée : composez son ordre du jour.", "meeting", made[0].pk)
    context = {"act_title": "Préparer une séance", "button": "Préparer la séance", "back": reverse("meetings")}
    return page(request, "espace/college/act.html", context, form=form)


@logged_in(*READ)
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """One meeting: its agenda, who sits, quorum and parity."""
    return page(
        request, "espace/college/meeting.html", reading.meeting_context(person_of(request), meeting_for(request, pk))
    )


@logged_in(*READ_AND_ACT)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the title, the day or the place."""
    found, person = meeting_for(request, pk), secretary_of(request)
    form = MeetingForm(posted(request), meeting=found)
    if submit(request, form, lambda data: meetings.change_meeting(found, **data, by=person)):
        return done(request, "Séance modifiée : convoquez pour le dire au collège.", "meeting", pk)
    return _act_page(request, found, form, "Modifier la séance", "Enregistrer")


@logged_in(*ACT)
def convene(request: HttpRequest, pk: int) -> HttpResponse:
    """Write to all who sit."""
    found, person = meeting_for(request, pk), secretary_of(request)
    act = lambda: meetings.convene(found, by=person)  # noqa: E731
    return press(request, act, "Convocation envoyée à qui ne l’avait pas reçue.", "meeting", pk)


@logged_in(*ACT)
def open_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the meeting."""
    found, person = meeting_for(request, pk), secretary_of(request)
    act = lambda: meetings.open_meeting(found, by=person)  # noqa: E731
    return press(request, act, "La séance est ouverte.", "meeting", pk)


@logged_in(*ACT)
def close_one(request: HttpRequest, pk: int) -> HttpResponse:
    """Close the meeting."""
    found, person = meeting_for(request, pk), secretary_of(request)
    act = lambda: meetings.close_meeting(found, by=person)  # noqa: E731
    return press(request, act, "La séance est close.", "meeting", pk)


@logged_in(*READ_AND_ACT)
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put files and measures on the agenda; what is refused is told one by one."""
    found, person = meeting_for(request, pk), secretary_of(request)
    form = AgendaForm(posted(request), meeting=found)
    if request.method == "POST" and form.is_valid():
        outcomes = agenda.add_items(found, form.chosen(), by=person)
        for outcome in outcomes:
            if not outcome.is_done:
                messages.error(request, outcome.refusal)
        added = sum(outcome.is_done for outcome in outcomes)
        if added:
            messages.success(request, f"Ajoutés à l’ordre du jour : {added}.")
        return redirect("meeting", pk)
    return _act_page(request, found, form, "Ajouter à l’ordre du jour", "Ajouter", is_empty=form.is_empty)


@logged_in(*ACT)
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the order of the agenda, as a button of a point gives it."""
    found, person = meeting_for(request, pk), secretary_of(request)
    form = OrderForm(request.POST)
    if not form.is_valid():
        return _act_page(request, found, form, "Ordre du jour", "Ordonner", is_empty=True)
    items = {item.pk: item for item in found.items.all()}
    wanted = [items[number] for number in form.cleaned_data["order"] if number in items]
    act = lambda: agenda.order_items(found, wanted, by=person)  # noqa: E731
    return press(request, act, "Ordre du jour réordonné.", "meeting", pk)


@logged_in(*ACT)
def attend(request: HttpRequest, pk: int, holder: int) -> HttpResponse:
    """Somebody takes a seat: oneself, or whom the secretary sees arrive."""
    found, person = meeting_for(request, pk), person_of(request)
    seated = SeatHolder.objects.filter(seat__authority__college=found.campaign.college_id)
    sitter = get_object_or_404(seated.select_related("seat__authority", "person"), pk=holder)
    allow(rules.can_run(person) or sitter.person_id == person.pk, "Vous ne signalez que votre propre présence.")
    act = lambda: meetings.attend(found, sitter, by=person)  # noqa: E731
    return press(request, act, f"{sitter.person} siège.", "meeting", pk)


@logged_in(*ACT)
def leave(request: HttpRequest, pk: int, attendance: int) -> HttpResponse:
    """Somebody leaves."""
    found, person = meeting_for(request, pk), person_of(request)
    sitting = get_object_or_404(Attendance.objects.select_related("person"), pk=attendance, meeting=found)
    allow(rules.can_run(person) or sitting.person_id == person.pk, "Vous ne signalez que votre propre départ.")
    act = lambda: meetings.leave(sitting, by=person)  # noqa: E731
    return press(request, act, f"Départ noté : {sitting.person}.", "meeting", pk)


@logged_in(*READ)
def minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes, to read and print."""
    return page(request, "espace/college/minutes.html", reading.minutes(meeting_for(request, pk)))


@logged_in(*READ)
def minutes_document(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The minutes as a document."""
    return download(minutes_of(meeting_for(request, pk)), f"proces-verbal-{pk}", kind)


def _act_page(
    request: HttpRequest, found: Meeting, form: forms.Form, title: str, button: str, **context: Any
) -> HttpResponse:
    shown = {"meeting": found, "act_title": title, "button": button, "back": found.get_absolute_url(), **context}
    return page(request, "espace/college/act.html", shown, form=form)
