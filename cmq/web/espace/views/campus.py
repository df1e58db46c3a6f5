"""The desk of a campus: its facts, its names and places, its history."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.campuses import actions, review, rules
from cmq.campuses.models import AreaKind, CampusFact, CampusField, NameKind
from cmq.labels.states import state_of
from cmq.proof.attestation import is_given
from cmq.proof.rules import awards_of
from cmq.web.espace import history
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    campus_for,
    done,
    keeper_of,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.fields import CAMPUS_SAYS, KEEPER_SAYS, origin_in
from cmq.web.espace.forms import FactForm, NameForm, PlaceForm, TerritoryForm
from cmq.web.espace.register_forms import ReasonForm
from cmq.web.espace.upkeep.reading import mark_seen
from cmq.web.espace.wording import in_words

PER_PAGE = 25


@logged_in(*READ)
def desk(request: HttpRequest, slug: str) -> HttpResponse:
    """What is known of a campus, what is missing, what its sources dispute."""
    campus = campus_for(request, slug)
    today = timezone.localdate()
    facts = list(campus.facts.standing().prefetch_related("sources"))
    names = list(campus.names.prefetch_related("sources"))
    areas = list(campus.areas.select_related("academie", "departement", "commune").prefetch_related("sources"))
    mark_seen(campus, [*(fact for fact in facts if fact.is_preferred), *names, *areas], on=today)
    states = review.by_field(in_words(facts))
    context = {
        "campus": campus,
        "state": state_of(campus, on=today),
        "stated": [state for state in states if state.facts],
        "unstated": [state for state in states if not state.facts],
        "missing": [state for state in states if state.is_missing],
        "contradicted": [state for state in states if state.is_contradicted],
        "names": names,
        "areas": areas,
        "decisions": campus.decisions.standing().in_time_order().prefetch_related("sources"),
        "awards": [(award, is_given(award)) for award in awards_of(campus)],
        "replaced": campus.decisions.replaced().in_time_order().select_related("corrected_by"),
        "keeps": rules.can_keep(request.user),
    }
    return page(request, "espace/campus.html", context)


@logged_in(*READ_AND_ACT)
def fact(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """State one field of a campus, beside what others say of it."""
    campus = campus_for(request, slug)
    if name not in CampusField.values:
        raise Http404
    field, person = CampusField(name), person_of(request)
    form = FactForm(posted(request), field=field, default_source=_usual_source(request))

    def state(data: dict[str, str]) -> None:
        actions.state_fact(campus, field=field, value=data["value"], origin=origin_in(data), by=person)

    if submit(request, form, state):
        return done(request, f"« {field.label} » : inscrit avec sa source.", "espace_campus", campus.slug)
    said = in_words(campus.facts.standing().filter(field=field).prefetch_related("sources"))
    return page(request, "espace/campus_fact.html", {"campus": campus, "field": field, "said": said}, form=form)


@logged_in(*READ_AND_ACT)
def name(request: HttpRequest, slug: str) -> HttpResponse:
    """Add another name under which people look for a campus."""
    campus, person = campus_for(request, slug), person_of(request)
    form = NameForm(posted(request), default_source=_usual_source(request))

    def add(data: dict[str, str]) -> None:
        actions.add_name(campus, name=data["name"], kind=NameKind(data["kind"]), origin=origin_in(data), by=person)

    if submit(request, form, add):
        return done(request, "Nom ajouté.", "espace_campus", campus.slug)
    context = {"campus": campus, "title": "Ajouter un autre nom", "button": "Ajouter ce nom"}
    return page(request, "espace/campus_form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def place(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a commune where a campus is, or that it covers."""
    campus, person = campus_for(request, slug), person_of(request)
    form = PlaceForm(posted(request), default_source=_usual_source(request))

    def add(data: dict[str, str]) -> None:
        kind, where = AreaKind(data["kind"]), data["commune"]
        actions.add_area(campus, kind=kind, place=where, origin=origin_in(data), by=person)  # type: ignore[arg-type]

    if submit(request, form, add):
        return done(request, "Lieu ajouté.", "espace_campus", campus.slug)
    context = {"campus": campus, "title": "Ajouter un lieu", "button": "Ajouter ce lieu"}
    return page(request, "espace/campus_form.html", context, form=form)


@logged_in(*READ_AND_ACT)
def territory(request: HttpRequest, slug: str) -> HttpResponse:
    """Add an académie or a département that a campus covers."""
    campus, person = campus_for(request, slug), person_of(request)
    form = TerritoryForm(posted(request), default_source=_usual_source(request))

    def add(data: dict[str, str]) -> None:
        kind, area = form.area_in(data)
        actions.add_area(campus, kind=kind, place=area, origin=origin_in(data), by=person)

    if submit(request, form, add):
        return done(request, "Territoire ajouté.", "espace_campus", campus.slug)
    context = {"campus": campus, "title": "Ajouter un territoire", "button": "Ajouter ce territoire"}
    return page(request, "espace/campus_form.html", context, form=form)


@logged_in(*READ)
def past(request: HttpRequest, slug: str) -> HttpResponse:
    """What has changed on a campus, newest first, from the change feed."""
    campus = campus_for(request, slug)
    lines = Paginator(history.of_campus(campus), PER_PAGE).get_page(request.GET.get("page"))
    context = {"campus": campus, "lines": history.with_people(lines), "page": lines}
    return page(request, "espace/campus_history.html", context)


@logged_in(*ACT)
def prefer(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the value that shows first."""
    keeper = keeper_of(request)
    fact = get_object_or_404(CampusFact.objects.standing().select_related("campus"), pk=pk)
    slug = fact.campus.slug
    return press(request, lambda: actions.prefer_fact(fact, by=keeper), "Valeur retenue.", "espace_campus", slug)


@logged_in(*READ_AND_ACT)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a false statement off the page, with the reason."""
    keeper = keeper_of(request)
    fact = get_object_or_404(CampusFact.objects.select_related("campus"), pk=pk)
    form = ReasonForm(posted(request))
    if submit(request, form, lambda data: actions.withdraw_fact(fact, **data, by=keeper)):
        return done(request, "Fait retiré ; l’histoire le garde avec son motif.", "espace_campus", fact.campus.slug)
    return page(request, "espace/fact_withdraw.html", {"fact": in_words([fact])[0], "campus": fact.campus}, form=form)


def _usual_source(request: HttpRequest) -> str:
    return KEEPER_SAYS if rules.can_keep(request.user) else CAMPUS_SAYS
