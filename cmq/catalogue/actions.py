"""The one list of trainings at places, made from what the sources and the campuses say."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import F, QuerySet

from cmq.catalogue import statements
from cmq.catalogue.merging import ONISEP, Statement, merge
from cmq.catalogue.models import CatalogueHead, Course
from cmq.core.feed import action, position, record_bulk
from cmq.core.locks import one_at_a_time
from cmq.core.models import Change
from cmq.core.text import fold
from cmq.organisations.models import Organisation
from cmq.trainings.models import Training

_BATCH = 500
_COLUMNS = tuple(each.attname for each in Course._meta.concrete_fields if each.attname not in ("id", "key"))
# What a campus changes that the list shows.
_WATCHED = ("trainings.training", "campuses.partnership", "organisations.organisation")

Key = tuple[str, str]


@action
def build_courses(*, wheres: Iterable[str] | None = None) -> int:
    """Make the list again, whole or for some places; returns how many rows are other than before.

    Args:
        wheres: UAI of the places, or « o » with the number of an organisation that has none; all when not said.
    A row keeps its number, so its address, as long as its place and its training stay the same.
    """
    places = None if wheres is None else sorted(set(wheres))
    rows = {row.key: row for row in _rows(places)}
    held = {each.key: each for each in _held(places)}
    new = [row for key, row in rows.items() if key not in held]
    changed = []
    for key, row in rows.items():
        before = held.get(key)
        if before is not None and any(getattr(before, name) != getattr(row, name) for name in _COLUMNS):
            row.pk = before.pk
            changed.append(row)
    gone = [each.pk for key, each in held.items() if key not in rows]
    Course.objects.bulk_create(new, batch_size=_BATCH)
    Course.objects.bulk_update(changed, _COLUMNS, batch_size=_BATCH)
    for start in range(0, len(gone), _BATCH):
        Course.objects.filter(pk__in=gone[start : start + _BATCH]).delete()
    keys = sorted([*(row.pk for row in (*new, *changed)), *gone])
    if keys:
        summary = f"Formations : {len(new)} nouvelles, {len(changed)} modifiées, {len(gone)} retirées"
        record_bulk(model=Course, count=len(keys), first=keys[0], last=keys[-1], summary=summary)
    return len(keys)


def follow() -> int:
    """Take in what campuses have changed since the last time; returns how many rows are other than before.

    Cheap when nothing has; another process that does the same is not waited for.
    """
    head, last = CatalogueHead.objects.filter(pk=1).first(), position()
    since = head.position if head else 0
    if last <= since:
        return 0
    with one_at_a_time("catalogue") as held:
        if not held:
            return 0
        wheres = _touched(since)
        count = build_courses(wheres=wheres) if wheres else 0
        CatalogueHead.objects.update_or_create(pk=1, defaults={"position": last})
    return count


def _touched(since: int) -> set[str]:
    """The places that the lines after a position speak of; those of a bulk load are built by its importer."""
    lines = Change.objects.after(since).filter(model__in=_WATCHED).exclude(key="").values_list("model", "key")
    keys: dict[str, set[int]] = defaultdict(set)
    for model, key in lines:
        keys[model].add(int(key))
    taught = Training.objects.filter(pk__in=keys["trainings.training"]).values("organisation")
    members = Organisation.objects.filter(partnerships__in=keys["campuses.partnership"]).values("pk")
    found = Organisation.objects.filter(pk__in=keys["organisations.organisation"])
    found = found | Organisation.objects.filter(pk__in=taught) | Organisation.objects.filter(pk__in=members)
    known = {uai or f"o{pk}" for pk, uai in found.values_list("pk", "uai")}
    # A training that is gone leaves its row: found by the training that the row still names.
    orphans = Course.objects.filter(training__in=keys["trainings.training"]).annotate(where=F("key"))
    return known | {key.split("|")[0] for key in orphans.values_list("where", flat=True)}


def _held(places: Sequence[str] | None) -> "list[Course]":
    if places is None:
        return list(Course.objects.all())
    rows: QuerySet[Course] = Course.objects.none()
    for place in places:
        rows = rows | Course.objects.filter(key__startswith=f"{place}|")
    return list(rows)


def _rows(places: Sequence[str] | None) -> list[Course]:
    codes = statements.load_codes()
    told: dict[Key, list[Statement]] = defaultdict(list)
    for read in (statements.of_campuses, statements.of_onisep, statements.of_parcoursup, statements.of_rates):
        for where, what, said in read(codes, places):
            told[where, what].append(said)
    schools = statements.of_places(sorted({where for where, _ in told}))
    return [
        _row(where, what, [*said, *([schools[where]] if where in schools else [])], codes)
        for (where, what), said in told.items()
    ]


def _row(where: str, what: str, said: list[Statement], codes: statements.Codes) -> Course:
    values, origins = merge(said)
    if what.startswith("RNCP") and "rncp_code" not in values:
        values["rncp_code"] = what
    if not values.get("rome_codes"):
        values["rome_codes"] = codes.jobs.get(values.get("rncp_code", ""), [])
    values["title"] = values["title"][:400]
    return Course(
        key=f"{where}|{what}"[:200],
        folded_title=fold(values["title"])[:400],
        provenance=origins,
        is_share_alike=any(origin[0] == ONISEP for origin in origins.values()),
        **{"place_name": "", **_plain(values)},
    )


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """What a column takes: a rate without its period says nothing."""
    if "employed_6_months" not in values and "further_study" not in values and not values.get("rates_are_secret"):
        values.pop("rates_period", None)
    return values
