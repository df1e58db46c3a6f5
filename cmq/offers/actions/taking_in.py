"""Offers of official sources are taken in by batches, each in a transaction of its own; twins are merged.

One offer that two sources publish is one row with two origins. What is shown is what the first of its sources says, in
the order of `RANK`: the others do not touch it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cmq.core.feed import action, record_bulk
from cmq.core.inserting import insert_rows
from cmq.core.text import fold
from cmq.offers.models import Closing, JobOffer, OfferOrigin, OfferSource, OfferState

BATCH = 2_000
# Two sources publish one offer within that time.
CLOSE = dt.timedelta(days=15)
RANK = {OfferSource.EMPLOYER: 0, OfferSource.FRANCE_TRAVAIL: 1, OfferSource.BONNE_ALTERNANCE: 2}
# What a source says of an offer.
SAID = (
    "title",
    "folded_title",
    "text",
    "kind",
    "contract",
    "duration_months",
    "weekly_hours",
    "salary",
    "positions",
    "is_accessible",
    "level",
    "occupation_id",
    "job_title",
    "employer_name",
    "siret",
    "naf_division",
    "commune_id",
    "place",
    "latitude",
    "longitude",
    "starts_on",
    "published_at",
    "modified_at",
    "expires_at",
    "apply_url",
    "twin_key",
)
# Changed rows that lie so near each other are told in one line of the feed.
_NEAR = 100


@dataclass(frozen=True, slots=True)
class Publication:
    """An offer as one source publishes it: two rows that are not saved.

    Attributes:
        notes: what was left blank because it could not be, in French.
    """

    offer: JobOffer
    origin: OfferOrigin
    notes: tuple[str, ...] = ()


@dataclass
class Taken:
    """What became of publications."""

    created: int = 0
    merged: int = 0
    changed: int = 0
    unchanged: int = 0
    touched: list[int] = field(default_factory=list)


@action
def take_in(publications: Sequence[Publication], *, source: OfferSource, at: dt.datetime) -> Taken:
    """Bring the offers of one batch to what their source says.

    Args:
        publications: of that source, each number once.
        at: the instant at which this reading of the source began; whatever it does not see again is gone.
    """
    taken = Taken()
    if not publications:
        return taken
    numbers = {each.origin.number: each for each in publications}
    known = {each.number: each for each in OfferOrigin.objects.filter(source=source, number__in=numbers)}
    again = [(known[number], each) for number, each in numbers.items() if number in known]
    fresh = [each for number, each in numbers.items() if number not in known]
    _see_again(again, source, taken, at)
    twins = _twins(fresh, source)
    now = timezone.now()
    for each in fresh:
        each.origin.seen_at = each.offer.confirmed_at = at
        each.offer.listed_at = now
    _join([(twins[each.origin.number], each) for each in fresh if each.origin.number in twins], source, taken)
    _create([each for each in fresh if each.origin.number not in twins], source, taken)
    told = OfferSource(source).label
    tell(taken.touched, f"{told} : {taken.changed} offres modifiées, {taken.merged} rapprochées.")
    return taken


def _create(publications: Sequence[Publication], source: OfferSource, taken: Taken) -> None:
    if not publications:
        return
    made = [each.offer for each in publications]
    insert_rows(made)
    for each in publications:
        each.origin.offer_id = each.offer.pk
    insert_rows([each.origin for each in publications])
    taken.created = len(made)
    summary = f"{OfferSource(source).label} : {taken.created} offres nouvelles."
    record_bulk(model=JobOffer, count=taken.created, first=made[0].pk, last=made[-1].pk, summary=summary)


def _see_again(
    again: Sequence[tuple[OfferOrigin, Publication]], source: OfferSource, taken: Taken, at: dt.datetime
) -> None:
    if not again:
        return
    OfferOrigin.objects.filter(pk__in=[origin.pk for origin, _ in again]).update(seen_at=at, gone_at=None)
    changed = [
        (origin, each)
        for origin, each in again
        if (origin.url, origin.partner, origin.partner_number)
        != (each.origin.url, each.origin.partner, each.origin.partner_number)
    ]
    for origin, each in changed:
        origin.url, origin.partner = each.origin.url, each.origin.partner
        origin.partner_number = each.origin.partner_number
    OfferOrigin.objects.bulk_update([o for o, _ in changed], ["url", "partner", "partner_number"], batch_size=200)
    _say([(origin.offer_id, each) for origin, each in again], source, taken)


def _join(pairs: Sequence[tuple[int, Publication]], source: OfferSource, taken: Taken) -> None:
    """Give a second origin to offers that are here already."""
    if not pairs:
        return
    for offer, each in pairs:
        each.origin.offer_id = offer
    OfferOrigin.objects.bulk_create([each.origin for _, each in pairs])
    taken.merged = len(pairs)
    taken.touched += [offer for offer, _ in pairs]
    _say(pairs, source, Taken(touched=taken.touched))


def _say(pairs: Sequence[tuple[int, Publication]], source: OfferSource, taken: Taken) -> None:
    """Write what the source says where it is the first of the offer's sources; open again what it had taken away."""
    rows = JobOffer.objects.in_bulk([offer for offer, _ in pairs])
    better = _with_better_source(list(rows), source)
    changed = []
    for number, each in pairs:
        offer = rows[number]
        opened = offer.state == OfferState.CLOSED and offer.closed_because == Closing.GONE
        if opened:
            offer.state, offer.closed_at, offer.closed_because = OfferState.OPEN, None, ""
        differs = number not in better and any(getattr(offer, n) != getattr(each.offer, n) for n in SAID)
        if differs:
            for name in SAID:
                setattr(offer, name, getattr(each.offer, name))
        if differs or opened:
            changed.append(offer)
        else:
            taken.unchanged += 1
    names = [*(name.removesuffix("_id") for name in SAID), "state", "closed_at", "closed_because"]
    JobOffer.objects.bulk_update(changed, names, batch_size=100)
    taken.changed += len(changed)
    taken.touched += [offer.pk for offer in changed]


def _with_better_source(offers: Sequence[int], source: OfferSource) -> set[int]:
    better = [each for each, rank in RANK.items() if rank < RANK[source]]
    alive = OfferOrigin.objects.filter(offer__in=offers, source__in=better, gone_at=None)
    return set(alive.values_list("offer_id", flat=True))


# Twins


def _twins(publications: Sequence[Publication], source: OfferSource) -> dict[str, int]:
    """Number → the offer of another source that is the same; by the partner's number, else by what they say."""
    found = _by_partner(publications, source)
    left = [each for each in publications if each.origin.number not in found]
    taken = set(found.values())
    for number, offer in _by_words(left, source):
        if offer not in taken:
            found[number] = offer
            taken.add(offer)
    return found


def _by_partner(publications: Sequence[Publication], source: OfferSource) -> dict[str, int]:
    """La bonne alternance names the partner that it has an offer from, with its number there."""
    by_label = {fold(label): value for value, label in OfferSource.choices}
    named = {
        (by_label[fold(each.origin.partner)], each.origin.partner_number): each.origin.number
        for each in publications
        if fold(each.origin.partner) in by_label and each.origin.partner_number
    }
    found = {}
    if named:
        theirs = OfferOrigin.objects.filter(number__in={number for _, number in named}).exclude(source=source)
        for held in theirs:
            if (held.source, held.number) in named:
                found[named[held.source, held.number]] = held.offer_id
    label = fold(OfferSource(source).label)
    ours = [each.origin.number for each in publications]
    for held in OfferOrigin.objects.filter(partner_number__in=ours).exclude(source=source):
        if fold(held.partner) == label:
            found[held.partner_number] = held.offer_id
    return found


def _by_words(publications: Sequence[Publication], source: OfferSource) -> Iterator[tuple[str, int]]:
    """Same employer (by SIRET, or by name), same title, same commune, published within some days."""
    dates = [each.offer.published_at for each in publications]
    keys = {each.offer.twin_key for each in publications} - {""}
    sirets = {each.offer.siret for each in publications} - {""}
    if not dates or not (keys or sirets):
        return
    span = (min(dates) - CLOSE, max(dates) + CLOSE)
    by_key = _held(JobOffer.objects.filter(twin_key__in=keys), source, span)
    by_siret = _held(JobOffer.objects.filter(siret__in=sirets), source, span)
    for each in publications:
        offer = each.offer
        same = by_key.get(("", offer.twin_key), ()) if offer.twin_key else ()
        if offer.siret and offer.commune_id:
            same = (*same, *by_siret.get((offer.siret, offer.folded_title, offer.commune_id), ()))
        close = [pk for pk, day in same if abs(day - offer.published_at) <= CLOSE]
        if close:
            yield each.origin.number, close[0]


def _held(
    offers: "QuerySet[JobOffer]", source: OfferSource, span: tuple[dt.datetime, dt.datetime]
) -> dict[tuple[str | None, ...], list[tuple[int, dt.datetime]]]:
    """Of some offers, those of other sources that are open or were taken away, published within a span.

    The key alone is asked of the database: with a date or an order beside it, SQLite would walk all offers for them.
    """
    columns = offers.order_by().values_list(
        *("pk", "published_at", "twin_key", "siret", "folded_title", "commune_id", "state", "closed_because")
    )
    first, last = span
    near = sorted(
        (pk, day, key, siret, title, commune)
        for pk, day, key, siret, title, commune, state, why in columns
        if first <= day <= last and (state == OfferState.OPEN or why == Closing.GONE)
    )
    own: set[int] = set()
    for start in range(0, len(near), BATCH):
        some = [pk for pk, *_ in near[start : start + BATCH]]
        own.update(OfferOrigin.objects.filter(offer__in=some, source=source).values_list("offer_id", flat=True))
    found: dict[tuple[str | None, ...], list[tuple[int, dt.datetime]]] = defaultdict(list)
    for pk, day, key, siret, title, commune in near:
        if pk not in own:
            found["", key].append((pk, day))
            found[siret, title, commune].append((pk, day))
    return found


# What a source no longer publishes


def vanished(source: OfferSource, *, since: dt.datetime) -> "QuerySet[OfferOrigin]":
    """What was there before a reading of the source began, and was not seen by it."""
    return OfferOrigin.objects.filter(source=source, gone_at=None, seen_at__lt=since)


@action
def let_go(source: OfferSource, *, since: dt.datetime, at: dt.datetime) -> int:
    """Take the origins that a whole reading of the source did not see away; close offers that have none left.

    One batch; how many origins went, 0 when none is left. Whoever calls it has made sure that the reading was whole.
    """
    gone = list(vanished(source, since=since).order_by("offer_id").values_list("pk", "offer_id")[:BATCH])
    OfferOrigin.objects.filter(pk__in=[pk for pk, _ in gone]).update(gone_at=at)
    alive = OfferOrigin.objects.filter(offer=OuterRef("pk"), gone_at=None)
    left = JobOffer.objects.filter(~Exists(alive), pk__in={offer for _, offer in gone}, state=OfferState.OPEN)
    closed = list(left.values_list("pk", flat=True))
    left.filter(pk__in=closed).update(state=OfferState.CLOSED, closed_at=at, closed_because=Closing.GONE)
    tell(closed, f"{OfferSource(source).label} : {len(closed)} offres retirées.")
    return len(gone)


def tell(numbers: Iterable[int], summary: str) -> None:
    """Say in the feed which offers are other than before: a line for each run of near numbers."""
    run: list[int] = []
    for number in [*sorted(set(numbers)), None]:
        if run and (number is None or number > run[-1] + _NEAR):
            record_bulk(model=JobOffer, count=len(run), first=run[0], last=run[-1], summary=summary)
            run = []
        if number is not None:
            run.append(number)
