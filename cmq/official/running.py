"""Running an importer, by file or by slices."""

import datetime as dt
from collections import Counter
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.utils import timezone

from cmq.core.errors import Refusal, require
from cmq.core.feed import change_set
from cmq.core.locks import one_at_a_time
from cmq.offers.actions.taking_in import BATCH, Publication, let_go, take_in, vanished
from cmq.offers.models import OfferOrigin
from cmq.official.actions import (
    Progress,
    Tried,
    close_interrupted,
    finish,
    run_importer,
    silent,
    source_of,
    told_in,
)
from cmq.official.errors import FileRefused, Rejected, SourceUnavailable
from cmq.official.fetching import file_at
from cmq.official.importers import Importer, Known, Located
from cmq.official.loading import MOST_TOLD
from cmq.official.lookups import Lookup, run_lookup
from cmq.official.models import OfficialRun, RunState
from cmq.official.slices import Cursor, OfferImporter, Page, pages_of

AnyImporter = Importer | OfferImporter | Lookup[Any]

# A reading that was cut longer ago begins again.
GOES_ON_WITHIN = dt.timedelta(days=1)
# Fewer bad offers prove nothing.
_ENOUGH_TO_JUDGE = 50
_COUNTS = ("read", "created", "changed", "unchanged", "removed", "refused")


def run_source(importer: AnyImporter, *, path: Path | None = None, force: bool = False, **options: Any) -> OfficialRun:
    """Run an importer of any kind (`run_importer`, `run_offers`, `run_lookup`).

    Raises `Refusal` for a file given to a source that is asked one question at a time.
    """
    if isinstance(importer, Lookup):
        require(path is None, f"« {importer.title} » se demande en ligne : il ne se charge pas d’un fichier.")
        return run_lookup(importer, **options)
    options |= {"path": path, "force": force}
    if isinstance(importer, OfferImporter):
        return run_offers(importer, **options)
    return run_importer(importer, **options)


def run_offers(
    importer: OfferImporter,
    *,
    path: Path | None = None,
    dry_run: bool = False,
    force: bool = False,
    progress: Progress = silent,
) -> OfficialRun:
    """Read a source of offers to its end: what it publishes is taken in page by page, what it has dropped is closed.

    Args:
        path: a file of the source on this machine, taken for all that it publishes; the source is then not asked.
        dry_run: do everything, then take it back.
        force: close offers even when the source has lost half of them, and keep on when many are bad.
    Returns the run, finished, whatever came of it: what was read is kept, and the next one goes on from there.
    Raises `Refusal` when offers are being loaded already: two readings at once would not see each other's twins.
    """
    with one_at_a_time("official offers") as held:
        if not held:
            raise Refusal("Un autre chargement d’offres est en cours.")
        close_interrupted(importer)
        begun = None if path or dry_run else _cut(importer)
        run = OfficialRun.objects.create(importer=importer.slug, started_at=timezone.now(), report=begun or {})
        with told_in(run):
            if path is None and not importer.has_key:
                raise SourceUnavailable(f"« {importer.title} » est sans clé : {' et '.join(importer.keys)}.")
            run.source = source_of(importer, Located("", importer.title, ""))
            reading = _Reading(importer, run, force=force, progress=progress)
            try:
                with change_set(by=None) if dry_run else nullcontext():
                    reading.all(path)
                    if dry_run:
                        raise Tried
            except Tried:
                pass
            finish(run, RunState.TRIED if dry_run else RunState.DONE)
    return run


def _cut(importer: OfferImporter) -> dict[str, Any] | None:
    """What the last reading had reached, when it was cut less than a day ago."""
    last = OfficialRun.objects.filter(importer=importer.slug).exclude(state=RunState.TRIED).first()
    if last is None or last.state not in (RunState.INTERRUPTED, RunState.FAILED) or not last.report.get("cursor"):
        return None
    since = dt.datetime.fromisoformat(last.report["since"])
    if timezone.now() - since > GOES_ON_WITHIN:
        return None
    return {name: last.report[name] for name in ("cursor", "since", "before")}


class _Reading:
    """One source while it is read."""

    def __init__(self, importer: OfferImporter, run: OfficialRun, *, force: bool, progress: Progress) -> None:
        self.importer, self.run, self.force, self.progress = importer, run, force, progress
        self.known = Known()
        self.notes: Counter[str] = Counter()
        self.rejected: list[Rejected] = []
        said = run.report
        self.since = dt.datetime.fromisoformat(said["since"]) if "since" in said else timezone.now()
        held = OfferOrigin.objects.filter(source=importer.source, gone_at=None)
        self.before: int = said["before"] if "before" in said else held.count()
        self.cursor: Cursor | None = said.get("cursor")

    def all(self, path: Path | None) -> None:
        """Every page, then what is gone."""
        if path is not None:
            file = file_at(path)
            self.run.file_name, self.run.sha256, self.run.size = file.name, file.sha256, file.size
            pages = pages_of(path, self.importer.lists)
        else:
            if self.cursor:
                self.progress("la lecture interrompue reprend.")
            pages = self.importer.walk(self.cursor, at=self.since)
        for page in pages:
            self._take(page)
            self.progress(f"{self.run.read} offres lues")
        self._close()

    def _take(self, page: Page) -> None:
        publications = self._parsed(page)
        if not self.force:
            self._refuse_bad()
        for start in range(0, max(len(publications), 1), BATCH):
            # The cursor moves in the transaction of the last offers that it has passed.
            with change_set(by=None):
                some = publications[start : start + BATCH]
                taken = take_in(some, source=self.importer.source, at=self.since)
                self.run.created += taken.created
                self.run.changed += taken.changed + taken.merged
                self.run.unchanged += taken.unchanged
                report = self._report(page.cursor if start + BATCH >= len(publications) else self.cursor)
                counts = {name: getattr(self.run, name) for name in _COUNTS}
                OfficialRun.objects.filter(pk=self.run.pk).update(report=report, **counts)
            self.run.report = report
        self.cursor = page.cursor

    def _parsed(self, page: Page) -> list[Publication]:
        self.notes.update(page.notes)
        found = []
        for raw in page.offers:
            self.run.read += 1
            parsed = self.importer.parse(raw, self.known, rank=self.run.read, at=self.since)
            if isinstance(parsed, Rejected):
                self.run.refused += 1
                if len(self.rejected) < MOST_TOLD:
                    self.rejected.append(parsed)
            elif parsed is not None:
                self.notes.update(parsed.notes)
                found.append(parsed)
        return found

    def _refuse_bad(self) -> None:
        read, refused = self.run.read, self.run.refused
        if read >= _ENOUGH_TO_JUDGE and refused > read * self.importer.most_rejected:
            raise FileRefused(f"Source suspecte : {refused} offres illisibles sur {read}. La lecture s’est arrêtée.")

    def _close(self) -> None:
        if not self.force:
            seen = OfferOrigin.objects.filter(source=self.importer.source, seen_at__gte=self.since).count()
            if seen < self.before * self.importer.smallest_share:
                raise FileRefused(f"Source suspecte : {seen} offres au lieu de {self.before}. Aucune n’a été fermée.")
        left = vanished(self.importer.source, since=self.since).count()
        while gone := let_go(self.importer.source, since=self.since, at=timezone.now()):
            self.run.removed += gone
            self.progress(f"{self.run.removed} offres retirées sur {left}")
        self.run.report = self._report(None)

    def _report(self, cursor: Cursor | None) -> dict[str, Any]:
        said: dict[str, Any] = {"since": self.since.isoformat(), "before": self.before, "notes": dict(self.notes)}
        said["rejected"] = [asdict(row) for row in self.rejected]
        return {**said, "cursor": cursor} if cursor else said
