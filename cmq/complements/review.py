"""What the complementarities of a campus are drawn from: every campus in a bounded number of queries."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from cmq.campuses.models import AreaKind, Campus, CampusArea, Partnership
from cmq.complements import rules
from cmq.complements.models import Dismissal, Notice, NoticeKind
from cmq.complements.rules import Profile, Suggestion, Wish
from cmq.projects.models import ProjectAudience, ProjectOwner, ProjectState


@dataclass(frozen=True)
class Review:
    """What a campus is shown."""

    suggestions: list[Suggestion]
    dismissals: list[Dismissal]


def review(campus: Campus, *, at: dt.datetime, on: dt.date) -> Review:
    """The suggestions for a campus among those of its world: real campuses, or those of the demonstration."""
    dismissals = list(Dismissal.objects.filter(campus=campus).select_related("other"))
    profiles = load_profiles(is_demo=campus.is_demo, at=at, on=on)
    me = next(profile for profile in profiles if profile.pk == campus.pk)
    dismissed = {each.other_id for each in dismissals}
    return Review(rules.suggest(me, profiles, dismissed=dismissed), dismissals)


def load_profiles(*, is_demo: bool, at: dt.datetime, on: dt.date) -> list[Profile]:
    """Every campus as it is compared, in as many queries for one as for hundreds."""
    campuses = list(Campus.objects.filter(is_demo=is_demo).select_related("region", "filiere"))
    places, partners = _places(is_demo), _partners(is_demo, on)
    audiences, practices = _projects(is_demo)
    wishes = _wishes(is_demo, at)
    return [
        Profile(
            pk=campus.pk,
            name=campus.name,
            slug=campus.slug,
            region=campus.region.name,
            filiere=campus.filiere.name if campus.filiere else "",
            places=tuple(sorted(places[campus.pk])),
            audiences=frozenset(audiences[campus.pk]),
            partners=frozenset(partners[campus.pk]),
            practices=frozenset(practices[campus.pk]),
            needs=tuple(wishes[NoticeKind.NEED, campus.pk]),
            offers=tuple(wishes[NoticeKind.OFFER, campus.pk]),
        )
        for campus in campuses
    ]


def _places(is_demo: bool) -> dict[int, set[tuple[float, float]]]:
    found: dict[int, set[tuple[float, float]]] = defaultdict(set)
    areas = CampusArea.objects.filter(
        campus__is_demo=is_demo, kind__in=[AreaKind.SEAT, AreaKind.PLACE], commune__latitude__isnull=False
    )
    for pk, lat, lon in areas.values_list("campus", "commune__latitude", "commune__longitude"):
        if lat is not None and lon is not None:
            found[pk].add((lat, lon))
    return found


def _partners(is_demo: bool, on: dt.date) -> dict[int, set[tuple[int, str]]]:
    found: dict[int, set[tuple[int, str]]] = defaultdict(set)
    members = Partnership.objects.active(on).filter(campus__is_demo=is_demo)
    for pk, organisation, name in members.values_list("campus", "organisation", "organisation__name"):
        found[pk].add((organisation, name))
    return found


def _projects(is_demo: bool) -> tuple[dict[int, set[str]], dict[int, set[tuple[str, str]]]]:
    """The publics of each campus's living projects, and its practices with theirs."""
    publics: dict[int, set[str]] = defaultdict(set)
    practices: dict[int, set[tuple[str, str]]] = defaultdict(set)
    owners: dict[int, list[int]] = defaultdict(list)
    owning = ProjectOwner.objects.accepted().filter(campus__is_demo=is_demo)
    for project, campus in owning.values_list("project", "campus"):
        owners[project].append(campus)
    living = ProjectAudience.objects.filter(project__in=owning.values("project")).exclude(
        project__state=ProjectState.ABANDONED
    )
    rows = living.values_list("project", "audience", "project__title", "project__practice_since")
    for project, audience, title, practice_since in rows:
        for campus in owners[project]:
            publics[campus].add(audience)
            if practice_since:
                practices[campus].add((title, audience))
    return publics, practices


def _wishes(is_demo: bool, at: dt.datetime) -> dict[tuple[NoticeKind, int], list[Wish]]:
    found: dict[tuple[NoticeKind, int], list[Wish]] = defaultdict(list)
    for notice in Notice.objects.open_at(at).filter(campus__is_demo=is_demo):
        kind, wish = rules.wish_of(notice)
        found[kind, notice.campus_id].append(wish)
    return found
