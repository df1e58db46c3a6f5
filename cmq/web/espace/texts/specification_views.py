"""Specifications: listed, read, copied, edited while no campaign has taken them up."""

from typing import Any

from django import forms
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse

from cmq.campaigns import actions
from cmq.campaigns.models import Specification
from cmq.web.espace.access import READ, READ_AND_ACT, done, logged_in, page, posted, submit
from cmq.web.espace.campaigns.doors import secretary_of
from cmq.web.espace.campaigns.forms import ConfirmForm
from cmq.web.espace.texts.forms import SORTS, Line, Sort, VersionForm, line_form, lines_of


@logged_in(*READ)
def specifications(request: HttpRequest) -> HttpResponse:
    """Every version, the newest first."""
    secretary_of(request)
    shown = Specification.objects.annotate(used=Count("campaigns"))
    return page(request, "espace/texts/specifications.html", {"specifications": shown})


@logged_in(*READ)
def specification(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: criteria, requirements, levels, documents, source and what remains uncertain."""
    secretary_of(request)
    shown = _specification(pk)
    return page(request, "espace/texts/specification.html", {"specification": shown, "sorts": lines_of(shown)})


@logged_in(*READ_AND_ACT)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """A new version to edit."""
    person, shown = secretary_of(request), _specification(pk)
    form = VersionForm(posted(request))
    made: list[Specification] = []
    if submit(request, form, lambda data: made.append(actions.copy_specification(shown, **data, by=person))):
        return done(request, "Nouvelle version : elle se modifie jusqu’à une campagne.", "specification", made[0].pk)
    return _act_page(request, shown, form, f"Copier « {shown} »", "Copier")


@logged_in(*READ_AND_ACT)
def new_line(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Add a line."""
    shown, sort = _specification(pk), _sort(kind)
    line = sort.model(specification=shown)
    return _write(request, shown, sort, line, f"Ajouter {sort.one}")


@logged_in(*READ_AND_ACT)
def line(request: HttpRequest, pk: int, kind: str, number: int) -> HttpResponse:
    """Change a line."""
    shown, sort = _specification(pk), _sort(kind)
    return _write(request, shown, sort, _line(shown, sort, number), f"Modifier {sort.one}")


@logged_in(*READ_AND_ACT)
def remove_line(request: HttpRequest, pk: int, kind: str, number: int) -> HttpResponse:
    """Take a line out."""
    person, shown, sort = secretary_of(request), _specification(pk), _sort(kind)
    gone, form = _line(shown, sort, number), ConfirmForm(posted(request))
    if submit(request, form, lambda data: actions.remove_line(gone, by=person)):
        return done(request, "Ligne retirée.", "specification", pk)
    return _act_page(request, shown, form, f"Retirer : {gone}", "Retirer")


def _write(request: HttpRequest, shown: Specification, sort: Sort, line: Line, title: str) -> HttpResponse:
    person = secretary_of(request)
    form = line_form(sort, line, data=posted(request))

    def write(data: dict[str, Any]) -> None:
        actions.write_line(form.instance, by=person)

    if submit(request, form, write):  # type: ignore[arg-type]
        return done(request, "Ligne enregistrée.", "specification", shown.pk)
    return _act_page(request, shown, form, title, "Enregistrer")  # type: ignore[arg-type]


def _specification(pk: int) -> Specification:
    found = Specification.objects.select_related("source").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _sort(kind: str) -> Sort:
    if kind not in SORTS:
        raise Http404
    return SORTS[kind]


def _line(shown: Specification, sort: Sort, pk: int) -> Line:
    found: Line | None = getattr(shown, sort.relation).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _act_page(request: HttpRequest, shown: Specification, form: forms.Form, title: str, button: str) -> HttpResponse:
    context = {"specification": shown, "act_title": title, "button": button}
    return page(request, "espace/texts/act.html", context, form=form)
