"""The experts of one file, for the secretariat: given, recused, asked again; the file sent to the college."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from cmq.applications.models import LabelApplication
from cmq.core.text import agreed
from cmq.expertise.actions import assigning
from cmq.expertise.actions.experts import recuse as recuse_expert
from cmq.expertise.synthesis import synthesis
from cmq.web.espace.access import READ_AND_ACT, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.expertise import reading
from cmq.web.espace.expertise.doors import assignment_of, managed_file
from cmq.web.espace.expertise.forms import AssignForm, CollegeForm, DueForm, ReasonOnlyForm, RoundForm


@logged_in(*READ_AND_ACT)
def file_experts(request: HttpRequest, reference: str) -> HttpResponse:
    """Who examines the file, who could, who may not and why; give it to those ticked."""
    application, person = managed_file(request, reference), person_of(request)
    lines = reading.candidates(application)
    form = AssignForm(posted(request), free=[line.expert for line in lines if not line.conflicts])
    outcomes: list[Any] = []

    def give(data: dict[str, Any]) -> None:
        choices = [(application, each) for each in form.chosen()]
        outcomes.extend(assigning.assign_many(choices, due_on=data["due_on"], by=person))

    if submit(request, form, give):
        for each in outcomes:
            if each.refusal:
                messages.error(request, f"{each.subject[1]} : {each.refusal}")
        given = sum(each.is_done for each in outcomes)
        return done(request, agreed(f"Dossier confié à {given} expert(s).", given), "file_experts", reference)
    return page(request, "espace/expertise/file_experts.html", reading.context(application, lines), form=form)


@logged_in(*READ_AND_ACT)
def recuse(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take the file away from an expert."""
    application, person = managed_file(request, reference), person_of(request)
    assignment, form = assignment_of(application, pk), ReasonOnlyForm(posted(request))
    if submit(request, form, lambda data: recuse_expert(assignment, **data, by=person)):
        return done(request, "L’expert est récusé : le dossier lui est fermé.", "file_experts", reference)
    return _act_page(request, application, form, f"Récuser {assignment.expert}", "Récuser")


@logged_in(*READ_AND_ACT)
def postpone(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Give an expert another day."""
    application, person = managed_file(request, reference), person_of(request)
    assignment = assignment_of(application, pk)
    form = DueForm(posted(request), initial={"due_on": assignment.due_on})
    if submit(request, form, lambda data: assigning.postpone(assignment, **data, by=person)):
        return done(request, "Échéance reportée.", "file_experts", reference)
    return _act_page(request, application, form, f"Reporter l’échéance de {assignment.expert}", "Reporter")


@logged_in(*READ_AND_ACT)
def second_round(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask those who answered to look again."""
    application, person = managed_file(request, reference), person_of(request)
    form = RoundForm(posted(request), application=application)
    if submit(request, form, lambda data: assigning.ask_second_round(application, **data, by=person)):
        return done(request, "Second tour demandé.", "file_experts", reference)
    return _act_page(request, application, form, "Demander un second tour", "Demander", summed=synthesis(application))


@logged_in(*READ_AND_ACT)
def college(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the file to the college, with what the experts say in sight."""
    application, person = managed_file(request, reference), person_of(request)
    form = CollegeForm(posted(request), application=application)
    if submit(request, form, lambda data: assigning.send_to_college(application, **data, by=person)):
        return done(request, "Le dossier est devant le collège.", "file", reference)
    return _act_page(request, application, form, "Envoyer devant le collège", "Envoyer", summed=synthesis(application))


def _act_page(
    request: HttpRequest, application: LabelApplication, form: forms.Form, title: str, button: str, **context: Any
) -> HttpResponse:
    shown = {"application": application, "campus": application.campus, "act_title": title, "button": button, **context}
    return page(request, "espace/expertise/file_act.html", shown, form=form)
