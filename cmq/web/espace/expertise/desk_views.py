"""The expert’s own desk: my files, my grid, what the others said once I have handed in."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.expertise import rules
from cmq.expertise.actions import marking
from cmq.expertise.actions.experts import declare_conflict
from cmq.expertise.models import Advice, Assignment, AssignmentState
from cmq.web.espace.access import READ, READ_AND_ACT, done, logged_in, page, person_of, posted, submit
from cmq.web.espace.expertise.doors import expertise_for
from cmq.web.espace.expertise.forms import AdviceForm, GridForm, ReasonOnlyForm


@logged_in(*READ)
def expertises(request: HttpRequest) -> HttpResponse:
    """My expertises, those to do first."""
    mine = rules.readable_assignments(person_of(request)).select_related("application__campus")
    today = timezone.localdate()
    lines = [(each, each.is_late(today)) for each in mine.order_by("state", "due_on", "pk")[:500]]
    return page(request, "espace/expertise/expertises.html", {"lines": lines})


@logged_in(*READ_AND_ACT)
def expertise(request: HttpRequest, pk: int) -> HttpResponse:
    """The grid: written as a draft, read once handed in, with the others’ beside it."""
    assignment, person = expertise_for(request, pk), person_of(request)
    form = GridForm(posted(request), assignment=assignment)

    def save(data: dict[str, Any]) -> None:
        for criterion, level, reason in form.marks():
            marking.write_mark(assignment, criterion, level=level, reason=reason, by=person)
        for requirement, is_met, reason in form.requirement_marks():
            marking.write_requirement_mark(assignment, requirement, is_met=is_met, reason=reason, by=person)
        marking.write_advice(assignment, advice=data["advice"], comment=data["comment"], by=person)

    if submit(request, form, save):
        return done(request, "Brouillon enregistré : personne d’autre ne le lit.", "expertise", pk)
    return page(request, "espace/expertise/expertise.html", _context(request, assignment), form=form)


@logged_in(*READ_AND_ACT)
def hand_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand the expertise in."""
    assignment, person = expertise_for(request, pk), person_of(request)
    form = AdviceForm(posted(request), initial={"advice": assignment.advice, "comment": assignment.comment})

    def give(data: dict[str, Any]) -> None:
        marking.hand_in(assignment, advice=Advice(data["advice"]), comment=data["comment"], by=person)

    if submit(request, form, give):
        return done(request, "Expertise rendue. Celles des autres experts vous sont ouvertes.", "expertise", pk)
    context = {"assignment": assignment, "lacks": rules.missing(assignment)}
    return _act_page(request, form, "Rendre mon expertise", "Rendre définitivement", **context)


@logged_in(*READ_AND_ACT)
def abstain(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the file back without judging it."""
    assignment, person = expertise_for(request, pk), person_of(request)
    form = ReasonOnlyForm(posted(request))
    if submit(request, form, lambda data: marking.abstain(assignment, **data, by=person)):
        return done(request, "Votre abstention est enregistrée.", "expertises")
    return _act_page(request, form, "M’abstenir sur ce dossier", "M’abstenir", assignment=assignment)


@logged_in(*READ_AND_ACT)
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare a link with the campus: the file closes at once."""
    assignment, person = expertise_for(request, pk), person_of(request)
    form, campus = ReasonOnlyForm(posted(request)), assignment.application.campus
    if submit(request, form, lambda data: declare_conflict(assignment.expert, campus, **data, by=person)):
        return done(request, "Conflit déclaré : le dossier vous est retiré.", "expertises")
    return _act_page(request, form, "Déclarer un conflit d’intérêts", "Déclarer", assignment=assignment, ends=True)


def _context(request: HttpRequest, assignment: Assignment) -> dict[str, Any]:
    application = assignment.application
    pending = assignment.state == AssignmentState.PENDING and rules.is_examined(application)
    others = rules.open_marks(request.user, application)
    related = ("marks__level", "marks__criterion", "requirement_marks__requirement")
    return {
        "assignment": assignment,
        "application": application,
        "campus": application.campus,
        "is_open": pending,
        "lacks": rules.missing(assignment) if pending else [],
        "others": others.prefetch_related(*related),
        "mine": Assignment.objects.prefetch_related(*related).get(pk=assignment.pk),
        "is_late": assignment.is_late(timezone.localdate()),
    }


def _act_page(request: HttpRequest, form: Any, title: str, button: str, **context: Any) -> HttpResponse:
    return page(request, "espace/expertise/desk_act.html", {"act_title": title, "button": button, **context}, form=form)
