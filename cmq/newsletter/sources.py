"""What an issue is made of: articles, campuses, offers and events, as candidates for its blocks.

Each source says what is newest since the last issue, finds by words, and tells whether a thing is still public.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from cmq.campuses.models import Campus
from cmq.core.models import Change
from cmq.editorial.models import Article
from cmq.labels.models import LabelDecision
from cmq.newsletter.models import Block, BlockKind, Issue
from cmq.offers.models import JobOffer
from cmq.tours.models import Stop

# Proposals: so many of a kind, and so many of one filière, that no subject fills the letter.
MOST_OF_A_KIND = {BlockKind.ARTICLE: 8, BlockKind.CAMPUS: 5, BlockKind.OFFER: 12, BlockKind.EVENT: 8}
MOST_OF_A_FILIERE = 3
_READ = 200
# Before the first issue, what is new is of a month.
FIRST_LOOK = dt.timedelta(days=30)
# Events are told ahead: those that begin within this time.
AHEAD = dt.timedelta(days=45)
# What a label's decision is worth telling; the rest of its life is on the page of the campus.
_ACTS = ("campuses.enter", "labels.record_decision")


@dataclass(frozen=True)
class Candidate:
    """Something that may become a block."""

    kind: BlockKind
    pk: int
    title: str
    text: str
    path: str
    filiere: int | None = None
    region: str | None = None

    @property
    def key(self) -> str:
        """What names it: « offre:12 »."""
        return f"{self.kind.value}:{self.pk}"


@dataclass(frozen=True)
class Source:
    """A kind of things: those that are public at an instant, those that are new, and how one reads as a candidate."""

    kind: BlockKind
    public: Callable[[dt.datetime, bool], QuerySet[Any]]
    newest: Callable[[QuerySet[Any], dt.datetime, dt.datetime], QuerySet[Any]]
    words: str
    candidate: Callable[..., Candidate]


def proposals(issue: Issue, *, at: dt.datetime) -> dict[BlockKind, list[Candidate]]:
    """What is new since the last issue of its rhythm, newest first, without what it holds already."""
    since, held = last_look(issue), set(issue.blocks.values_list("source_key", flat=True))
    found: dict[BlockKind, list[Candidate]] = {}
    for source in SOURCES.values():
        rows = source.newest(source.public(at, issue.is_demo), since, at)[:_READ]
        fresh = [each for each in map(source.candidate, rows) if each.key not in held]
        found[source.kind] = list(_shared_out(fresh, MOST_OF_A_KIND[source.kind]))
    return found


def search(issue: Issue, kind: BlockKind, words: str, *, at: dt.datetime) -> list[Candidate]:
    """The public things of a kind whose title has these words, twenty at most."""
    source = SOURCES[kind]
    rows = source.public(at, issue.is_demo)
    for word in words.split()[:6]:
        rows = rows.filter(**{f"{source.words}__icontains": word})
    return [source.candidate(row) for row in rows[:20]]


def get(key: str, *, at: dt.datetime, is_demo: bool) -> Candidate | None:
    """The candidate of a key, none when there is no such thing or it is not public at that instant."""
    kind, _, number = key.partition(":")
    if kind not in SOURCES or not (number.isascii() and number.isdecimal() and len(number) < 19):
        return None
    source = SOURCES[BlockKind(kind)]
    row = source.public(at, is_demo).filter(pk=int(number)).first()
    return source.candidate(row) if row is not None else None


def no_longer_public(blocks: Iterable[Block], *, at: dt.datetime, is_demo: bool) -> list[Block]:
    """The blocks that speak of something that readers will not find, at most one question a kind."""
    blocks = [block for block in blocks if block.source_key]
    public: set[str] = set()
    for source in SOURCES.values():
        keys = [int(each.source_key.partition(":")[2]) for each in blocks if each.kind == source.kind]
        if keys:
            rows = source.public(at, is_demo).filter(pk__in=keys).order_by().values_list("pk", flat=True)
            public |= {f"{source.kind.value}:{pk}" for pk in rows}
    return [block for block in blocks if block.source_key not in public]


def last_look(issue: Issue) -> dt.datetime:
    """Since when things are new: the making of the last issue of the same rhythm that was agreed."""
    earlier = Issue.objects.exclude(pk=issue.pk).filter(
        rhythm=issue.rhythm, is_demo=issue.is_demo, approved_at__isnull=False, created_at__lte=issue.created_at
    )
    last = earlier.order_by("-approved_at").values_list("approved_at", flat=True).first()
    return last or issue.created_at - FIRST_LOOK


def _shared_out(candidates: Iterable[Candidate], most: int) -> Iterable[Candidate]:
    taken: Counter[int | None] = Counter()
    for candidate in candidates:
        if taken.total() == most:
            return
        if candidate.filiere is None or taken[candidate.filiere] < MOST_OF_A_FILIERE:
            taken[candidate.filiere] += 1
            yield candidate


def _articles(at: dt.datetime, is_demo: bool) -> QuerySet[Any]:
    rows = Article.objects.published(at).national().order_by("-publish_at", "-pk")
    return rows if is_demo else rows.real()


def _article(row: Article) -> Candidate:
    return Candidate(
        BlockKind.ARTICLE, row.pk, row.title, row.standfirst, row.get_absolute_url(), row.filiere_id, row.region_id
    )


def _campuses(at: dt.datetime, is_demo: bool) -> QuerySet[Any]:
    rows = Campus.objects.order_by("name", "pk")
    return rows if is_demo else rows.filter(is_demo=False)


def _new_campuses(rows: QuerySet[Any], since: dt.datetime, at: dt.datetime) -> QuerySet[Any]:
    lines = Change.objects.public().filter(act__in=_ACTS, at__gt=since).exclude(key="")
    keys: dict[str, list[int]] = {act: [] for act in _ACTS}
    for act, key in lines.order_by("-position").values_list("act", "key")[:_READ]:
        keys[act].append(int(key))
    decided = LabelDecision.objects.filter(pk__in=keys[_ACTS[1]], campus__isnull=False)
    return rows.filter(pk__in=[*keys[_ACTS[0]], *decided.values_list("campus", flat=True)])


def _campus(row: Campus) -> Candidate:
    return Candidate(
        BlockKind.CAMPUS, row.pk, row.name, row.purpose[:600], row.get_absolute_url(), row.filiere_id, row.region_id
    )


def _offers(at: dt.datetime, is_demo: bool) -> QuerySet[Any]:
    rows = JobOffer.objects.live(at).select_related("campus", "commune__departement").order_by("-published_at", "-pk")
    return rows if is_demo else rows.filter(is_demo=False)


def _offer(row: JobOffer) -> Candidate:
    where = row.commune.name if row.commune else row.place
    parts = [row.get_kind_display(), row.get_contract_display(), row.employer_name, where]
    region = row.commune.departement.region_id if row.commune else None
    filiere = row.campus.filiere_id if row.campus else None
    text = ", ".join(part for place, part in enumerate(parts) if part and part not in parts[:place])
    return Candidate(BlockKind.OFFER, row.pk, row.title[:200], text, row.get_absolute_url(), filiere, region)


def _stops(at: dt.datetime, is_demo: bool) -> QuerySet[Any]:
    listed = Stop.objects.public().upcoming(at).select_related("tour__campus", "commune__departement")
    rows = listed.order_by("starts_at", "pk")
    return rows if is_demo else rows.filter(tour__campus__is_demo=False)


def _stop(row: Stop) -> Candidate:
    title = f"{row.tour.title}, {row.commune.name}"[:200]
    text = f"{row.when[:1].upper()}{row.when[1:]}, {row.where}"
    campus = row.tour.campus
    region = row.commune.departement.region_id
    return Candidate(BlockKind.EVENT, row.pk, title, text, row.get_absolute_url(), campus.filiere_id, region)


SOURCES: dict[BlockKind, Source] = {
    source.kind: source
    for source in (
        Source(
            BlockKind.ARTICLE,
            _articles,
            lambda rows, since, at: rows.filter(publish_at__gt=since),
            "title",
            _article,
        ),
        Source(BlockKind.CAMPUS, _campuses, _new_campuses, "name", _campus),
        Source(
            BlockKind.OFFER,
            _offers,
            lambda rows, since, at: rows.filter(published_at__gt=since),
            "title",
            _offer,
        ),
        Source(
            BlockKind.EVENT,
            _stops,
            lambda rows, since, at: rows.filter(starts_at__lte=at + AHEAD),
            "tour__title",
            _stop,
        ),
    )
}
