"""Loading an official source: fetch, parse, load; all of it or nothing."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cmq.core.errors import Refusal
from cmq.core.feed import change_set, record_bulk
from cmq.core.locks import one_at_a_time
from cmq.core.models import Source
from cmq.official.errors import FileRefused
from cmq.official.fetching import RawFile, calling, file_at
from cmq.official.importers import Describes, Importer, Known, Located, Table
from cmq.official.loading import Outcome, load_table
from cmq.official.models import OfficialRun, RunState

Progress = Callable[[str], None]

# Editions kept on this machine, the newest first.
KEPT_FILES = 3


def silent(_: str) -> None:
    """Say nothing."""


class Tried(Exception):
    """A dry run is over: take everything back."""


def run_importer(
    importer: Importer,
    *,
    path: Path | None = None,
    dry_run: bool = False,
    force: bool = False,
    progress: Progress = silent,
) -> OfficialRun:
    """Bring the tables of one source to its newest edition, or to a file that is already here.

    Args:
        path: a file on this machine; the source is then not asked.
        dry_run: do everything, then take it back; the run says what would have changed.
        force: load a file that has not changed, or that lost too many rows.
    Returns the run, finished, whatever came of it. Raises `Refusal` when another loading of this source is under way.
    Before it and after it the tables are whole: one transaction writes them.
    """
    with one_at_a_time(f"official {importer.slug}") as held:
        if not held:
            raise Refusal(f"Un autre chargement de « {importer.title} » est en cours.")
        close_interrupted(importer)
        run = OfficialRun.objects.create(importer=importer.slug, started_at=timezone.now())
        with told_in(run):
            located, file = _obtain(importer, path, progress)
            run.url, run.file_name, run.sha256, run.size = file.url, file.name, file.sha256, file.size
            if not force and not dry_run and _is_loaded(importer, file):
                return finish(run, RunState.UNCHANGED)
            run.source = source_of(importer, located)
            outcome = _load(importer, file, run, dry_run=dry_run, force=force, progress=progress)
            _tell(run, outcome)
            finish(run, RunState.TRIED if dry_run else RunState.DONE)
            _keep_newest(file)
    return run


def _obtain(importer: Importer, path: Path | None, progress: Progress) -> tuple[Located, RawFile]:
    if path is not None:
        file = file_at(path)
        return Located("", importer.title, file.name), file
    progress("téléchargement…")
    with calling(importer.publisher) as caller:
        located = importer.locate(caller)
        return located, caller.download(located.url, _folder(importer.slug), name=located.name)


def _load(
    importer: Importer, file: RawFile, run: OfficialRun, *, dry_run: bool, force: bool, progress: Progress
) -> Outcome:
    total = Outcome()
    try:
        with change_set(by=None):
            known = Known()
            for table in importer.tables:
                total.add(_load_table(importer, table, file, known, run, force=force, progress=progress))
            if importer.after is not None:
                importer.after()
            if dry_run:
                raise Tried
    except Tried:
        pass
    return total


def _load_table(
    importer: Importer, table: Table, file: RawFile, known: Known, run: OfficialRun, *, force: bool, progress: Progress
) -> Outcome:
    named = str(table.model._meta.verbose_name_plural)
    rows = table.model._default_manager.filter(table.scope)
    before = rows.count()

    def say(read: int) -> None:
        progress(f"{named} : {read} lignes lues")

    parsed = table.parse(file.path, known)
    outcome = load_table(table, parsed, source=run.source, on=timezone.localdate(), progress=say)
    if not force:
        _refuse_suspicious(importer, outcome, before, named)
    if outcome.wrote:
        keys = rows.order_by("pk").values_list("pk", flat=True)
        counts = f"{outcome.created} créées, {outcome.changed} modifiées, {outcome.removed} retirées"
        summary = f"{importer.title} : {counts} ({named})"
        record_bulk(model=table.model, count=outcome.wrote, first=keys.first(), last=keys.last(), summary=summary)
    return outcome


def _refuse_suspicious(importer: Importer, outcome: Outcome, before: int, named: str) -> None:
    """Stop a file that would harm: half its rows gone, or too many unreadable."""
    good = outcome.created + outcome.changed + outcome.unchanged
    if before and good < before * importer.smallest_share:
        raise FileRefused(f"Fichier suspect : {good} {named} au lieu de {before}. Rien n’a été écrit.")
    if outcome.read and outcome.refused > outcome.read * importer.most_rejected:
        raise FileRefused(
            f"Fichier suspect : {outcome.refused} lignes illisibles sur {outcome.read} ({named}). Rien n’a été écrit."
        )
    if not outcome.read:
        raise FileRefused(f"Le fichier ne contient aucune ligne ({named}). Rien n’a été écrit.")


@contextmanager
def told_in(run: OfficialRun) -> Iterator[None]:
    """A refusal ends the run with its sentence; a crash too, and goes on."""
    try:
        yield
    except Refusal as refusal:
        run.report = {**run.report, "error": str(refusal)}
        finish(run, RunState.REFUSED if isinstance(refusal, FileRefused) else RunState.FAILED)
    except BaseException as error:
        run.report = {**run.report, "error": f"Erreur du logiciel : {type(error).__name__}."}
        finish(run, RunState.FAILED)
        raise


def finish(run: OfficialRun, state: RunState) -> OfficialRun:
    """Close a run."""
    run.state, run.finished_at = state, timezone.now()
    run.save()
    return run


def _tell(run: OfficialRun, outcome: Outcome) -> None:
    for name in ("read", "created", "changed", "unchanged", "removed", "refused"):
        setattr(run, name, getattr(outcome, name))
    run.report = {"rejected": [asdict(row) for row in outcome.rejected], "differences": outcome.differences}


def close_interrupted(importer: Describes) -> None:
    """Whoever holds the lock knows that a run said to be under way was killed."""
    running = OfficialRun.objects.filter(importer=importer.slug, state=RunState.RUNNING)
    running.update(state=RunState.INTERRUPTED, finished_at=timezone.now())


def _is_loaded(importer: Importer, file: RawFile) -> bool:
    done = OfficialRun.objects.filter(importer=importer.slug, state=RunState.DONE).first()
    return done is not None and done.sha256 == file.sha256


def source_of(importer: Describes, located: Located) -> Source:
    """The document that rows cite: one an edition."""
    title = f"{located.title or importer.title} – {importer.publisher}"[:300]
    with transaction.atomic():
        source, _ = Source.objects.get_or_create(
            title=title, url=importer.page, defaults={"published_on": located.published_on}
        )
    return source


def _folder(slug: str) -> Path:
    return Path(settings.VAR_DIR) / "official" / slug


def _keep_newest(file: RawFile) -> None:
    """Forget old editions of a file that was fetched; one that somebody put here is theirs."""
    if not file.url:
        return
    files = sorted(file.path.parent.glob("*-*"), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in files[KEPT_FILES:]:
        shutil.rmtree(old) if old.is_dir() else old.unlink()
