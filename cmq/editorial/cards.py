"""Cards to things of the register that a text names: looked up when the page is drawn, so that they stay true."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.careers.models import Occupation
from cmq.catalogue.models import Course
from cmq.core.text import fold
from cmq.editorial.body import Named
from cmq.offers.models import JobOffer
from cmq.projects.models import Project
from cmq.tours.models import Stop, StopState


@dataclass(frozen=True)
class Card:
    """A thing as it stands at the instant of drawing. One that has left says so and leads nowhere."""

    kind: str
    title: str
    url: str = ""
    details: tuple[str, ...] = ()
    # What became of it; empty while all is well.
    note: str = ""
    is_demo: bool = False


LABELS = {
    "campus": "Campus",
    "formation": "Formation",
    "metier": "Fiche métier",
    "offre": "Offre d’emploi",
    "evenement": "Événement",
    "projet": "Projet",
}
_LEFT = {
    "campus": "Ce campus n’est plus dans le registre.",
    "formation": "Cette formation n’est plus dans le catalogue.",
    "metier": "Ce métier n’est pas dans le répertoire.",
    "offre": "Cette offre n’est plus en ligne.",
    "evenement": "Cet événement n’est plus à l’agenda.",
    "projet": "Ce projet n’est plus montré.",
}
Found = dict[str, Card]


def resolve(named: Iterable[Named], *, at: dt.datetime) -> dict[Named, Card]:
    """The card of each thing that is named, in one or two queries for each kind; unknown kinds are left out."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    named = [each for each in named if each.kind in LABELS]
    for each in named:
        by_kind[each.kind].append(each.key)
    found = {kind: _FINDERS[kind](keys, at) for kind, keys in by_kind.items()}
    return {each: found[each.kind].get(each.key) or _gone(each.kind) for each in named}


def proposals(q: str, kind: str, *, at: dt.datetime, limit: int = 12) -> list[tuple[str, Card]]:
    """Things of a kind whose name has every word of `q`, as (what to write in the text, card), for editors."""
    words = fold(q).split()
    if not words or kind not in LABELS:
        return []
    keys = _SEARCHES[kind](words, at, limit)
    found = _FINDERS[kind](keys, at)
    return [(f"[[{kind}:{key}]]", found[key]) for key in keys if key in found]


def _gone(kind: str) -> Card:
    return Card(LABELS[kind], LABELS[kind], note=_LEFT[kind])


def _numbers(keys: Iterable[str]) -> list[int]:
    return [int(key) for key in keys if key.isascii() and key.isdecimal() and len(key) < 16]


def _campuses(keys: list[str], at: dt.datetime) -> Found:
    rows = Campus.objects.filter(slug__in=keys).select_related("region", "filiere")
    return {
        row.slug: Card(
            LABELS["campus"],
            row.name,
            row.get_absolute_url(),
            tuple(filter(None, (row.region.name, row.filiere.name if row.filiere else ""))),
            is_demo=row.is_demo,
        )
        for row in rows
    }


def _courses(keys: list[str], at: dt.datetime) -> Found:
    rows = Course.objects.filter(pk__in=_numbers(keys)).select_related("commune")
    return {
        str(row.pk): Card(
            LABELS["formation"],
            row.title,
            row.get_absolute_url(),
            tuple(filter(None, (row.place_name, row.commune.name if row.commune else ""))),
            is_demo=row.is_demo,
        )
        for row in rows
    }


def _jobs(keys: list[str], at: dt.datetime) -> Found:
    rows = Occupation.objects.filter(code__in=[key.upper() for key in keys])
    known = {row.code: row for row in rows}
    return {
        key: Card(
            LABELS["metier"],
            row.title,
            row.get_absolute_url(),
            (f"Code ROME {row.code}",),
            note="Ce métier est sorti du répertoire." if row.is_obsolete else "",
        )
        for key in keys
        if (row := known.get(key.upper()))
    }


def _offers(keys: list[str], at: dt.datetime) -> Found:
    numbers = _numbers(keys)
    live = set(JobOffer.objects.live(at).filter(pk__in=numbers).values_list("pk", flat=True))
    rows = JobOffer.objects.filter(pk__in=numbers).select_related("commune")
    return {
        str(row.pk): Card(
            LABELS["offre"],
            row.title,
            row.get_absolute_url() if row.pk in live else "",
            tuple(filter(None, (row.employer_name, row.commune.name if row.commune else row.place))),
            note="" if row.pk in live else "Cette offre n’est plus ouverte.",
            is_demo=row.is_demo,
        )
        for row in rows
    }


def _stops(keys: list[str], at: dt.datetime) -> Found:
    rows = Stop.objects.public().filter(pk__in=_numbers(keys)).for_lists()
    return {
        str(row.pk): Card(
            LABELS["evenement"],
            row.tour.title,
            row.get_absolute_url(),
            (row.when, row.where),
            note=_of_stop(row, at),
            is_demo=row.tour.campus.is_demo,
        )
        for row in rows
    }


def _of_stop(stop: Stop, at: dt.datetime) -> str:
    if stop.state == StopState.CANCELLED:
        return "Cet événement est annulé."
    return "Cet événement est passé." if stop.ends_at <= at else ""


def _projects(keys: list[str], at: dt.datetime) -> Found:
    rows = Project.objects.public().filter(slug__in=keys).select_related("campus")
    return {
        row.slug: Card(
            LABELS["projet"], row.title, row.get_absolute_url(), (row.campus.name,), is_demo=row.campus.is_demo
        )
        for row in rows
    }


def ends(named: Iterable[Named], *, at: dt.datetime) -> list[dt.datetime]:
    """The coming instants at which the clock alone changes what a card says."""
    kinds: dict[str, list[str]] = defaultdict(list)
    for each in named:
        kinds[each.kind].append(each.key)
    found: list[dt.datetime] = []
    if numbers := _numbers(kinds["evenement"]):
        found += Stop.objects.filter(pk__in=numbers, ends_at__gt=at).values_list("ends_at", flat=True)
    if numbers := _numbers(kinds["offre"]):
        found += JobOffer.objects.filter(pk__in=numbers, expires_at__gt=at).values_list("expires_at", flat=True)  # type: ignore[arg-type]
    return found


_FINDERS: dict[str, Callable[[list[str], dt.datetime], Found]] = {
    "campus": _campuses,
    "formation": _courses,
    "metier": _jobs,
    "offre": _offers,
    "evenement": _stops,
    "projet": _projects,
}


def _search_campuses(words: list[str], at: dt.datetime, limit: int) -> list[str]:
    rows = Campus.objects.order_by("name").values_list("slug", "name")
    return [slug for slug, name in rows if all(word in fold(name) for word in words)][:limit]


def _search_courses(words: list[str], at: dt.datetime, limit: int) -> list[str]:
    rows = Course.objects.all()
    for word in words:
        rows = rows.filter(folded_title__contains=word)
    return [str(pk) for pk in rows.order_by("folded_title", "pk").values_list("pk", flat=True)[:limit]]


def _search_jobs(words: list[str], at: dt.datetime, limit: int) -> list[str]:
    rows = Occupation.objects.current()
    for word in words:
        rows = rows.filter(folded_title__contains=word)
    return list(rows.order_by("folded_title").values_list("code", flat=True)[:limit])


def _search_offers(words: list[str], at: dt.datetime, limit: int) -> list[str]:
    rows = JobOffer.objects.live(at)
    for word in words:
        rows = rows.filter(folded_title__contains=word)
    return [str(pk) for pk in rows.order_by("-published_at", "pk").values_list("pk", flat=True)[:limit]]


def _search_stops(words: list[str], at: dt.datetime, limit: int) -> list[str]:
    rows = Stop.objects.public().upcoming(timezone.now()).for_lists().order_by("starts_at")
    told = [(str(row.pk), fold(f"{row.tour.title} {row.where}")) for row in rows]
    return [pk for pk, text in told if all(word in text for word in words)][:limit]


def _search_projects(words: list[str], at: dt.datetime, limit: int) -> list[str]:
    rows = Project.objects.public().order_by("title").values_list("slug", "title")
    return [slug for slug, title in rows if all(word in fold(title) for word in words)][:limit]


_SEARCHES: dict[str, Callable[[list[str], dt.datetime, int], list[str]]] = {
    "campus": _search_campuses,
    "formation": _search_courses,
    "metier": _search_jobs,
    "offre": _search_offers,
    "evenement": _search_stops,
    "projet": _search_projects,
}
