"""Measures on labels: proposed, answered by the campus, put to the college, dropped."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cmq.awards.rules import readable_decisions
from cmq.deliberation import rules
from cmq.deliberation.actions import measures
from cmq.deliberation.models import LabelMeasure, MeasureKind, MeasureState
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
from cmq.web.espace.college.doors import measure_for, secretary_of
from cmq.web.espace.college.forms import MeasureForm, ObservationsForm, WhyForm


@logged_in(*READ)
def index(request: HttpRequest) -> HttpResponse:
    """The measures that I may read."""
    person = person_of(request)
    found = rules.readable_measures(person)[:500]
    return page(request, "espace/college/measures.html", {"measures": found, "runs": rules.can_run(person)})


@logged_in(*READ_AND_ACT)
def propose(request: HttpRequest) -> HttpResponse:
    """Propose a measure on a label that runs."""
    person = secretary_of(request)
    form = MeasureForm(posted(request), initial={"campus": request.GET.get("campus", "")})
    made: list[LabelMeasure] = []

    def act(data: dict[str, Any]) -> None:
        campaign, campus, kind = data.pop("campaign"), data.pop("campus"), MeasureKind(data.pop("kind"))
        made.append(measures.propose_measure(campaign, campus, kind=kind, **data, by=person))

    if submit(request, form, act):
        return done(request, "Mesure proposée : le directeur du campus est prévenu.", "measure", made[0].pk)
    context = {"act_title": "Proposer une mesure", "button": "Proposer la mesure", "back": reverse("measures")}
    return page(request, "espace/college/act.html", context, form=form)


@logged_in(*READ)
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """One measure: its reasons, what the campus says, where it stands."""
    found, person = measure_for(request, pk), person_of(request)
    is_heard = found.state == MeasureState.HEARING
    runs = rules.can_run(person)
    points = found.items.select_related("meeting__campaign")
    context = {
        "measure": found,
        "campus": found.campus,
        "runs": runs,
        "may_answer": is_heard and rules.can_answer(person, found),
        "may_table": runs and is_heard,
        "may_drop": runs and found.state in (MeasureState.HEARING, MeasureState.COLLEGE),
        "decisions": readable_decisions(person).filter(item__measure=found),
        "points": [each for each in points if rules.can_read_meeting(person, each.meeting)],
    }
    return page(request, "espace/college/measure.html", context)


@logged_in(*READ_AND_ACT)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """What the campus says of a measure."""
    found, person = measure_for(request, pk), person_of(request)
    allow(rules.can_answer(person, found), "Seul le directeur du campus répond à une mesure.")
    form = ObservationsForm(posted(request), initial={"observations": found.observations})
    if submit(request, form, lambda data: measures.answer_measure(found, **data, by=person)):
        return done(request, "Vos observations seront lues par le collège.", "measure", pk)
    return _act_page(request, found, form, "Présenter des observations", "Envoyer les observations")


@logged_in(*ACT)
def table(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a measure before the college."""
    found, person = measure_for(request, pk), secretary_of(request)
    act = lambda: measures.put_to_college(found, by=person)  # noqa: E731
    return press(request, act, "La mesure est devant le collège : inscrivez-la à une séance.", "measure", pk)


@logged_in(*READ_AND_ACT)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a measure up."""
    found, person = measure_for(request, pk), secretary_of(request)
    form = WhyForm(posted(request))
    if submit(request, form, lambda data: measures.drop_measure(found, **data, by=person)):
        return done(request, "Mesure abandonnée : le directeur du campus est prévenu.", "measure", pk)
    return _act_page(request, found, form, "Abandonner la mesure", "Abandonner")


def _act_page(request: HttpRequest, found: LabelMeasure, form: forms.Form, title: str, button: str) -> HttpResponse:
    shown = {
        "measure": found,
        "campus": found.campus,
        "act_title": title,
        "button": button,
        "back": found.get_absolute_url(),
    }
    return page(request, "espace/college/act.html", shown, form=form)
