"""What the complementarities of a campus are drawn from: every campus in a bounded number of queries."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from cmq.campuses.models import AreaKind, Campus, CampusArea, Partnership
from cmq.complements import rules
from cmq.complements.models import Dismissal, Notice, NoticeKind
from cmq.complements.rules import Profile, Suggestion, Wish
from cmq.core.text import one_line
from cmq.projects.models import ProjectAudience, ProjectOwner, ProjectState
from cmq.trainings.models import Training, TrainingAudience, TrainingModule, TrainingRome, TrainingShare


@dataclass(frozen=True)
class Review:
    """What a campus is shown."""

    suggestions: list[Suggestion]
    dismissals: list[Dismissal]


@dataclass
class _Taught:
    audiences: set[str] = field(default_factory=set)
    skills: set[str] = field(default_factory=set)
    rncp: set[str] = field(default_factory=set)
    rome: set[str] = field(default_factory=set)


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
    wishes, taught = _wishes(is_demo, at), _taught(is_demo, on)
    return [
        Profile(
            pk=campus.pk,
            name=campus.name,
            slug=campus.slug,
            region=campus.region.name,
            filiere=campus.filiere.name if campus.filiere else "",
            places=tuple(sorted(places[campus.pk])),
            audiences=frozenset(audiences[campus.pk] | taught[campus.pk].audiences),
            partners=frozenset(partners[campus.pk]),
            practices=frozenset(practices[campus.pk]),
            skills=frozenset(taught[campus.pk].skills),
            rncp=frozenset(taught[campus.pk].rncp),
            rome=frozenset(taught[campus.pk].rome),
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


def _taught(is_demo: bool, on: dt.date) -> dict[int, _Taught]:
    """What each campus teaches in its trainings on offer, its own and those that it shares."""
    found: dict[int, _Taught] = defaultdict(_Taught)
    offered = Training.objects.on_offer(on).filter(campus__is_demo=is_demo)
    holders: dict[int, list[int]] = defaultdict(list)
    shared = TrainingShare.objects.accepted().filter(training__in=offered.values("pk"))
    for training, campus in (*offered.values_list("pk", "campus"), *shared.values_list("training", "campus")):
        holders[training].append(campus)
    of_offered = {"training__in": offered.values("pk")}
    said = (
        ("rncp", offered.exclude(rncp_code="").values_list("pk", "rncp_code")),
        ("audiences", TrainingAudience.objects.filter(**of_offered).values_list("training", "audience")),
        ("rome", TrainingRome.objects.filter(**of_offered).values_list("training", "code")),
        ("skills", offered.values_list("pk", "title")),
        ("skills", TrainingModule.objects.filter(**of_offered).values_list("training", "title")),
    )
    for name, rows in said:
        for training, value in rows:
            for campus in holders[training]:
                getattr(found[campus], name).add(_plain(name, value))
    return found


def _plain(name: str, value: str) -> str:
    """As it is compared: a code without its letters, a title on one line."""
    if name == "rncp":
        return value.removeprefix("RNCP")
    return one_line(value) if name == "skills" else value
