"""The public page of a campus: who it is, its label through time, its members, and where each fact comes from."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from cmq.campuses.models import AreaKind, Campus, CampusArea, CampusField, CampusLink, Category, LinkKind, Partnership
from cmq.campuses.review import FieldState, by_field
from cmq.core.models import Sourced
from cmq.labels.models import LabelDecision
from cmq.labels.states import with_label_state
from cmq.organisations.models import Family
from cmq.proof.attestation import is_given
from cmq.proof.rules import awards_of
from cmq.reference.models import Departement, Filiere
from cmq.web import maps, timeline
from cmq.web.public import articles, evidence, funding, offers, projects, tours, trainings, upkeep, wording
from cmq.web.public.common import public

# How a link reads from its other end.
_INVERSE = {
    LinkKind.CONTINUED_BY: "prolonge",
    LinkKind.MERGED_INTO: "a reçu par fusion",
    LinkKind.MAYBE_SAME: "peut-être le même que",
    LinkKind.NOT_SAME: "à ne pas confondre avec",
}
_IN_IDENTITY = (
    CampusField.ACRONYM,
    CampusField.FILIERE,
    CampusField.CATEGORY,
    CampusField.LEGAL_FORM,
    CampusField.WEBSITE,
)
_IN_TEXT = (
    CampusField.PURPOSE,
    CampusField.TRAINING,
    CampusField.PROJECT,
    CampusField.AUDIENCE,
    CampusField.FUNDING,
    CampusField.HISTORY,
    CampusField.LABEL_SITUATION,
    CampusField.LAST_SEEN,
    CampusField.REMARK,
)


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the table of sources."""

    what: str
    value: str
    said: Sourced


@dataclass(frozen=True, slots=True)
class Link:
    """Another campus and how this one is linked to it."""

    how: str
    other: Campus
    said: CampusLink


@public
def campus(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything that the register knows of one campus."""
    today = timezone.localdate()
    found = get_object_or_404(with_label_state(Campus.objects.for_page(), on=today), slug=slug)
    decisions = list(found.decisions.standing().in_time_order().select_related("filiere").prefetch_related("sources"))
    awards = awards_of(found)
    labels = [award.label for award in awards if award.label]
    fields = {state.field: state for state in by_field(found.facts.all())}
    names = dict(Filiere.objects.values_list("slug", "name"))
    context = {
        "campus": found,
        "state": wording.state_of(found),
        "explanation": wording.explain(found, labels, on=today),
        "texts": [fields[field] for field in _IN_TEXT if fields[field].facts],
        "contradictions": _contradictions(fields.values(), names),
        "decisions": decisions,
        "replaced": found.decisions.replaced().in_time_order().select_related("corrected_by"),
        "awards": [(award, is_given(award)) for award in awards],
        "remarks": wording.remarks(labels),
        "timeline": timeline.draw(decisions, labels, on=today),
        "families": _families(found),
        "territory": [area for area in found.areas.all() if area.kind == AreaKind.TERRITORY],
        "places": [area for area in found.areas.all() if area.kind in (AreaKind.SEAT, AreaKind.PLACE)],
        "academies": [area for area in found.areas.all() if area.academie],
        "map": _map(found),
        "links": list(_links(found)),
        "statements": list(_statements(found, fields.values(), decisions, names)),
        "json_ld": _json_ld(found),
        "today": today,
        **trainings.section(found, on=today),
        **projects.section(found, on=today),
        **funding.section(found, on=today),
        **evidence.section(found, on=today),
        **upkeep.section(found, on=today),
        **tours.section(request, found, at=timezone.now()),
        **offers.section(request, found, at=timezone.now()),
        **articles.section(request, found, at=timezone.now()),
    }
    return render(request, "public/campus.html", context)


def _contradictions(fields: Iterable[FieldState], names: dict[str, str]) -> list[tuple[str, list[Statement]]]:
    return [
        (
            str(state.field.label),
            [Statement(state.field.label, shown_value(state.field, fact.value, names), fact) for fact in state.facts],
        )
        for state in fields
        if state.is_contradicted
    ]


def shown_value(field: str, value: str, names: dict[str, str]) -> str:
    """A fact's value as people read it: the name of a filière instead of its slug, the label of a category."""
    if field == CampusField.FILIERE:
        return names.get(value, value)
    if field == CampusField.CATEGORY:
        return str(Category(value).label)
    return value


def _families(campus: Campus) -> list[tuple[str, list[Partnership]]]:
    members: dict[str, list[Partnership]] = defaultdict(list)
    for partnership in campus.partnerships.all():
        members[partnership.family].append(partnership)
    return [(label, members[value]) for value, label in Family.choices if members[value]]


def _links(campus: Campus) -> Iterator[Link]:
    for link in campus.links_from.all():
        yield Link(link.get_kind_display(), link.to_campus, link)
    for link in campus.links_to.all():
        yield Link(_INVERSE[LinkKind(link.kind)], link.from_campus, link)


def _statements(
    campus: Campus, fields: Iterable[FieldState], decisions: Iterable[LabelDecision], names: dict[str, str]
) -> Iterator[Statement]:
    for state in fields:
        for fact in state.facts:
            yield Statement(str(state.field.label), shown_value(state.field, fact.value, names), fact)
    for name in campus.names.all():
        yield Statement(name.get_kind_display(), name.name, name)
    for area in campus.areas.all():
        yield Statement(area.get_kind_display(), str(area), area)
    for decision in decisions:
        yield Statement("Décision", str(decision), decision)
    for partnership in campus.partnerships.all():
        yield Statement(
            f"Membre ({partnership.get_role_display().lower()})", str(partnership.organisation), partnership
        )
    for link in _links(campus):
        yield Statement("Lien", f"{link.how} {link.other}", link.said)


def _map(campus: Campus) -> maps.Map | None:
    """The places and members over the départements around; None when no place is known."""
    covered = _covered_departements(campus.areas.all())
    shapes = {shape.code: shape for shape in maps.shapes("departements")}
    corners = [spot for mark in _marks(campus) if (spot := maps.locate(mark.lat, mark.lon))]
    corners += [corner for code in covered if code in shapes for corner in maps.corners(shapes[code])]
    window = maps.window_around(corners)
    if window is None:
        return None
    # What no window shows is in the tables beside the map.
    marks, _ = maps.spread(_marks(campus), size=maps.size_in(window))
    near = [
        replace(shape, is_chosen=code in covered) for code, shape in shapes.items() if maps.is_in_window(shape, window)
    ]
    kinds = ((campus.label_state, "Siège ou lieu du campus"), ("member", "Membre"))  # type: ignore[attr-defined]
    return maps.Map(
        "campus", f"Carte des lieux et des membres du campus {campus}", tuple(near), marks, kinds=kinds, window=window
    )


def _marks(campus: Campus) -> Iterator[maps.Mark]:
    for area in campus.areas.all():
        commune = area.commune
        if (
            commune
            and area.kind != AreaKind.TERRITORY
            and commune.latitude is not None
            and commune.longitude is not None
        ):
            title = f"{area.get_kind_display()} : {commune.name}"
            yield maps.Mark(commune.latitude, commune.longitude, title, kind=campus.label_state)  # type: ignore[attr-defined]
    for partnership in campus.partnerships.all():
        commune = partnership.organisation.commune
        if commune and commune.latitude is not None and commune.longitude is not None:
            title = f"{partnership.organisation}, {commune.name}"
            yield maps.Mark(commune.latitude, commune.longitude, title, kind="member")


def _covered_departements(areas: Iterable[CampusArea]) -> set[str]:
    """The départements of the stated territory; of the académies when no source says more."""
    stated = {area.departement_id for area in areas if area.kind == AreaKind.TERRITORY and area.departement_id}
    if stated:
        return {code for code in stated if code}
    academies = [area.academie_id for area in areas if area.academie_id]
    return set(Departement.objects.filter(academie__in=academies).values_list("code", flat=True))


def _json_ld(campus: Campus) -> dict[str, Any]:
    """schema.org: what search engines may say of the campus."""
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "EducationalOrganization",
        "@id": f"{settings.SITE_URL}{campus.get_absolute_url()}",
        "url": f"{settings.SITE_URL}{campus.get_absolute_url()}",
        "name": f"Campus des métiers et des qualifications {campus.name}",
        "areaServed": {"@type": "AdministrativeArea", "name": campus.region.name},
    }
    others = [campus.acronym, *(name.name for name in campus.names.all())]
    if any(others):
        described["alternateName"] = [name for name in others if name]
    if campus.website:
        described["sameAs"] = campus.website
    if campus.purpose:
        described["description"] = campus.purpose
    places = [area.commune for area in campus.areas.all() if area.commune and area.kind != AreaKind.TERRITORY]
    if places:
        described["location"] = [
            {
                "@type": "Place",
                "address": {"@type": "PostalAddress", "addressLocality": place.name, "addressCountry": "FR"},
            }
            for place in places
        ]
    return described
