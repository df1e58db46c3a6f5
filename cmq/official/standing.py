"""What is loaded of each official source, from when, and what is stale."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from cmq.official.importers import Describes
from cmq.official.models import OfficialRun, RunState


@dataclass(frozen=True)
class Standing:
    """Where one source stands.

    Attributes:
        loaded: the run that gave the rows that are held; None when nothing was ever loaded.
        checked_at: when the source was last found as it is held.
        failed: the last run, when it came to nothing.
    """

    importer: Describes
    loaded: OfficialRun | None
    checked_at: dt.datetime | None
    failed: OfficialRun | None
    is_stale: bool

    @property
    def sentence(self) -> str:
        """One line for the command line."""
        name = f"{self.importer.slug:<14} {self.importer.title}"
        if self.loaded is None or self.checked_at is None:
            said = "jamais chargé" if self.importer.has_key else "sans clé"
        else:
            day = timezone.localtime(self.checked_at).strftime("%d/%m/%Y")
            edition = self.loaded.source.published_on if self.loaded.source else None
            said = f"chargé le {day}" + (f", édition {edition}" if edition else "") + f" ({self.loaded.read} lignes)"
        if self.is_stale and self.loaded is not None:
            said += ", a vieilli" if self.importer.has_key else ", a vieilli, sans clé"
        if self.failed is not None:
            said += f" – dernier essai : {self.failed.report.get('error') or self.failed.get_state_display()}"
        return f"{name} : {said}"


def of_all(importers: Iterable[Describes], *, at: dt.datetime) -> list[Standing]:
    """The standing of each source; two queries."""
    last_done: dict[str, OfficialRun] = {}
    last_good: dict[str, OfficialRun] = {}
    last: dict[str, OfficialRun] = {}
    runs = OfficialRun.objects.exclude(state__in=[RunState.RUNNING, RunState.TRIED]).select_related("source")
    for run in runs.defer("report").order_by("pk"):
        last[run.importer] = run
        if run.state in (RunState.DONE, RunState.UNCHANGED):
            last_good[run.importer] = run
        if run.state == RunState.DONE:
            last_done[run.importer] = run
    return [
        _standing(each, last_done.get(each.slug), last_good.get(each.slug), last.get(each.slug), at)
        for each in importers
    ]


def _standing(
    importer: Describes,
    done: OfficialRun | None,
    good: OfficialRun | None,
    last: OfficialRun | None,
    at: dt.datetime,
) -> Standing:
    checked_at = good.finished_at if good else None
    is_stale = checked_at is None or checked_at + importer.stale_after < at
    failed = last if last and last.state in (RunState.REFUSED, RunState.FAILED, RunState.INTERRUPTED) else None
    return Standing(importer, done, checked_at, failed, is_stale)
