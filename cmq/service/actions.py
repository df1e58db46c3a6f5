"""Tell readers that the site is not as usual, and that it is again."""

import datetime as dt
from collections import Counter

from cmq.core import retention
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.retention import Kept
from cmq.core.text import one_line
from cmq.service.models import Closing, RetentionRun, ServiceNotice
from cmq.service.rules import can_watch


@action
def announce(
    title: str, text: str, *, closing: Closing, starts_at: dt.datetime, ends_at: dt.datetime | None, by: object | None
) -> ServiceNotice:
    """Announce a maintenance or an incident; `by` is None for a command. Raises Refusal."""
    require_right(by is None or can_watch(by))
    require(one_line(title), "Dites en quelques mots ce qui se passe.")
    require(ends_at is None or ends_at > starts_at, "La fin vient après le début.")
    require(
        closing != Closing.CLOSED or ends_at is not None,
        "Un site fermé dit quand il rouvre : donnez une fin, même estimée.",
    )
    notice = ServiceNotice.objects.create(
        title=one_line(title)[:120], text=text.strip(), closing=closing, starts_at=starts_at, ends_at=ends_at
    )
    record(notice, "service.announce", f"{notice.title} ({notice.get_closing_display()})", is_private=True)
    return notice


def retention_report(at: dt.datetime) -> list[tuple[Kept, RetentionRun | None, int]]:
    """Each line that the nights end something of, with its last run and how much the last 30 days ended."""
    lines = [line for line in retention.table() if line.is_swept]
    runs = RetentionRun.objects.filter(ran_at__gt=at - dt.timedelta(days=30)).order_by("ran_at", "pk")
    last = {run.line: run for run in runs}
    sums = Counter[str]()
    for run in runs:
        sums[run.line] += run.number
    return [(line, last.get(line.name), sums[line.name]) for line in lines]


@action
def end(notice: ServiceNotice, *, at: dt.datetime, by: object | None) -> ServiceNotice:
    """Say that it is over; one that had not begun is called off. Raises Refusal."""
    require_right(by is None or can_watch(by))
    locked = ServiceNotice.objects.select_for_update().get(pk=notice.pk)
    require(locked.ends_at is None or locked.ends_at > at, "C’est déjà fini.")
    locked.starts_at, locked.ends_at = min(locked.starts_at, at), at
    locked.save(update_fields=["starts_at", "ends_at"])
    record(locked, "service.end", locked.title, is_private=True)
    return locked
