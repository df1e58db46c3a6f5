"""A submitted file under examination: admissibility, corrections, opinions."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from cmq.applications.models import LabelApplication
from cmq.applications.rules import can_conduct
from cmq.instruction import actions, rules
from cmq.instruction.models import Opinion, OpinionBody, OpinionRequest
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import memberships
from cmq.web.espace.access import READ, READ_AND_ACT, allow, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.files.doors import file_for
from cmq.web.espace.files.forms import AnswerForm, CorrectionForm, OpinionForm, OpinionRequestForm, RulingForm
from cmq.web.espace.files.views import NOT_YOURS


@logged_in(*READ_AND_ACT)
def ruling(request: HttpRequest, reference: str) -> HttpResponse:
    """Rule on admissibility."""
    application, person = file_for(request, reference), person_of(request)
    allow(rules.can_instruct(person, application), NOT_YOURS)
    form = RulingForm(posted(request), application=application)

    def rule(data: dict[str, Any]) -> None:
        common = {"comment": data["comment"], "step": data["step"], "by": person}
        if data["verdict"] == "oui":
            actions.rule_admissible(application, **common)
        else:
            actions.rule_inadmissible(application, reasons=data["reasons"], **common)

    if submit(request, form, rule):
        return done(request, "Le campus est prévenu de la décision.", "file", reference)
    return _act_page(request, application, form, "Prononcer la recevabilité", "Prononcer")


@logged_in(*READ_AND_ACT)
def correction(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a correction."""
    application, person = file_for(request, reference), person_of(request)
    allow(rules.can_instruct(person, application), NOT_YOURS)
    form = CorrectionForm(posted(request), application=application)

    def ask(data: dict[str, Any]) -> None:
        asked = {name: data[name] for name in ("comment", "due_on", "step")}
        actions.ask_correction(application, sections=form.chosen(), **asked, by=person)

    if submit(request, form, ask):
        return done(request, "Correction demandée : le délai est suspendu.", "file", reference)
    return _act_page(request, application, form, "Demander une correction", "Demander la correction")


@logged_in(*READ_AND_ACT)
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand a correction in."""
    application, person = file_for(request, reference), person_of(request)
    allow(can_conduct(person, application), NOT_YOURS)
    form = AnswerForm(posted(request), application=application)
    if submit(request, form, lambda data: actions.answer_correction(application, **data, by=person)):
        return done(request, "Correction rendue : l’instruction reprend.", "file", reference)
    return _act_page(request, application, form, "Rendre la correction", "Rendre le dossier corrigé")


@logged_in(*READ_AND_ACT)
def ask_opinion(request: HttpRequest, reference: str) -> HttpResponse:
    """Consult a body."""
    application, person = file_for(request, reference), person_of(request)
    allow(rules.can_ask_opinion(person, application), NOT_YOURS)
    form = OpinionRequestForm(posted(request), application=application)

    def ask(data: dict[str, Any]) -> None:
        kind = OpinionBody(data["kind"])
        actions.ask_opinion(application, kind=kind, body=data["body"], due_on=data["due_on"], by=person)

    if submit(request, form, ask):
        return done(request, "Avis demandé.", "file", reference)
    return _act_page(request, application, form, "Demander un avis", "Demander l’avis")


@logged_in(*READ_AND_ACT)
def give_opinion(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Enter what a body answers."""
    application, person = file_for(request, reference), person_of(request)
    asked = OpinionRequest.objects.select_related("body").filter(pk=pk, application=application).first()
    if asked is None:
        raise Http404
    asked.application = application
    allow(rules.can_enter_opinion(person, asked), NOT_YOURS)
    form = OpinionForm(posted(request))

    def give(data: dict[str, Any]) -> None:
        opinion = Opinion(data["opinion"])
        actions.give_opinion(asked, opinion=opinion, reasons=data["reasons"], given_on=data["given_on"], by=person)

    if submit(request, form, give):
        return done(request, "Avis enregistré.", "file", reference)
    return _act_page(request, application, form, f"Avis de {asked.body}", "Enregistrer l’avis")


@logged_in(*READ)
def consulted(request: HttpRequest) -> HttpResponse:
    """The opinions asked of my bodies, those waited for first."""
    bodies = memberships(request.user, OrganisationRole.OPINION).values("organisation")
    asked = OpinionRequest.objects.filter(body__in=bodies).select_related("application__campus", "body")
    today = timezone.localdate()
    lines = [(each, each.is_late(today)) for each in asked.order_by("opinion", "due_on", "pk")[:500]]
    return page(request, "espace/files/consulted.html", {"lines": lines})


def _act_page(
    request: HttpRequest, application: LabelApplication, form: forms.Form, title: str, button: str
) -> HttpResponse:
    context = {"application": application, "campus": application.campus, "act_title": title, "button": button}
    return page(request, "espace/files/act.html", context, form=form)
