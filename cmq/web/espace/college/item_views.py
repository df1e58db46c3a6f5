"""A point of a meeting: read, reported on, voted, concluded."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from cmq.awards.actions.deciding import decide
from cmq.awards.models import JointDecision
from cmq.deliberation import rules
from cmq.deliberation.actions import agenda, voting
from cmq.deliberation.models import AgendaItem
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
from cmq.web.espace.college.doors import item_for, secretary_of
from cmq.web.espace.college.forms import PositionForm, ReasonsForm, ReportForm, TermsForm, WhyForm
from cmq.web.espace.files.doors import file_for
from cmq.web.espace.freshness import freshly_proven

NO_SEAT = "Seuls les membres du collège prennent position."


@logged_in(*READ)
def item(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """One point: what is asked, what the experts say together, the count."""
    found = item_for(request, pk, point)
    return page(request, "espace/college/item.html", reading.item_context(person_of(request), found))


@logged_in(*READ_AND_ACT)
def report(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Write the report of a point."""
    found, person = item_for(request, pk, point), secretary_of(request)
    form = ReportForm(posted(request), initial={"report": found.report})
    if submit(request, form, lambda data: agenda.write_report(found, **data, by=person)):
        return done(request, "Rapport enregistré.", "item", pk, point)
    return _act_page(request, found, form, "Écrire le rapport", "Enregistrer le rapport")


@logged_in(*ACT)
def remove(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Take a point off the agenda."""
    found, person = item_for(request, pk, point), secretary_of(request)
    act = lambda: agenda.remove_item(found, by=person)  # noqa: E731
    return press(request, act, "Point retiré de l’ordre du jour.", "meeting", pk)


@logged_in(*READ_AND_ACT)
@freshly_proven()
def position(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Take position for the seat that one holds."""
    found, person = item_for(request, pk, point), person_of(request)
    allow(rules.can_take_position(person, found), NO_SEAT)
    mine = found.positions.filter(person=person, step=found.subject.step).exclude(advice="").first()
    told = {"advice": mine.advice, "years": mine.years, "reasons": mine.reasons} if mine else None
    form = PositionForm(posted(request), item=found, initial=told)
    if submit(request, form, lambda data: voting.take_position(found, **data, by=person)):
        return done(request, "Position enregistrée ; elle peut changer tant que le vote est ouvert.", "item", pk, point)
    return _act_page(request, found, form, "Prendre position", "Enregistrer ma position")


@logged_in(*READ_AND_ACT)
@freshly_proven()
def abstain(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Abstain, saying why."""
    found, person = item_for(request, pk, point), person_of(request)
    allow(rules.can_take_position(person, found), NO_SEAT)
    form = ReasonsForm(posted(request))
    if submit(request, form, lambda data: voting.abstain(found, **data, by=person)):
        return done(request, "Abstention enregistrée.", "item", pk, point)
    return _act_page(request, found, form, "S’abstenir", "S’abstenir sur ce point")


@logged_in(*ACT)
def conclude(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Close the vote."""
    found, person = item_for(request, pk, point), secretary_of(request)
    act = lambda: voting.conclude(found, by=person)  # noqa: E731
    return press(request, act, "Le vote est clos ; son décompte est gardé.", "item", pk, point)


@logged_in(*ACT)
def reopen(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Open the vote again."""
    found, person = item_for(request, pk, point), secretary_of(request)
    act = lambda: voting.reopen(found, by=person)  # noqa: E731
    return press(request, act, "Le vote est rouvert.", "item", pk, point)


@logged_in(*READ_AND_ACT)
def decide_one(request: HttpRequest, pk: int, point: int) -> HttpResponse:
    """Write down, in terms, what the college voted."""
    found, person = item_for(request, pk, point), secretary_of(request)
    form = TermsForm(posted(request), item=found)
    made: list[JointDecision] = []
    if submit(request, form, lambda data: made.append(decide(found, form.terms(), by=person))):
        return done(request, "Décision inscrite : les autorités sont appelées à signer.", "decision", made[0].number)
    return _act_page(request, found, form, "Inscrire la décision", "Envoyer à la signature")


@logged_in(*READ_AND_ACT)
def bring_back(request: HttpRequest, reference: str) -> HttpResponse:
    """Put a deferred file before the college again."""
    application, person = file_for(request, reference), secretary_of(request)
    form = WhyForm(posted(request))
    if submit(request, form, lambda data: agenda.bring_back(application, **data, by=person)):
        return done(request, "Le dossier est de nouveau devant le collège.", "file", reference)
    shown = {"application": application, "campus": application.campus, "act_title": "Représenter au collège"}
    return page(request, "espace/files/act.html", {**shown, "button": "Représenter le dossier"}, form=form)


def _act_page(
    request: HttpRequest, found: AgendaItem, form: forms.Form, title: str, button: str, **context: Any
) -> HttpResponse:
    shown = {
        "item": found,
        "meeting": found.meeting,
        "campus": found.campus,
        "act_title": title,
        "button": button,
        "back": found.get_absolute_url(),
        **context,
    }
    return page(request, "espace/college/act.html", shown, form=form)
