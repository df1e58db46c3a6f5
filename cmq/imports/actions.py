"""Loading files into the register: checked first, then written whole or not at all."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, change_set, record
from cmq.imports import rules
from cmq.imports.models import ImportState, RegisterImport
from cmq.imports.parsing import parse
from cmq.imports.reading import read
from cmq.imports.report import Report
from cmq.imports.tables import MOST_BYTES, NamedFile
from cmq.imports.writing import Writer

Progress = Callable[[str], None]

SHIPPED = Path(__file__).resolve().parent / "data" / "register"
SHIPPED_NAME = "registre livré"

# To be raised when the same files are to be loaded again on every site.
_LOADER_VERSION = 1


class ImportRefused(Refusal):
    """A file with errors: `report` lists them all. Nothing was written."""

    def __init__(self, report: Report) -> None:
        super().__init__(f"{report.summary} {report.errors[0]}")
        self.report = report


class _Undo(Exception):
    """Takes back what a dry run has written."""


def check(files: Sequence[NamedFile], *, by: User | None) -> Report:
    """What `apply` would do: the very same writing, taken back at its end. Raises `NotAllowed`.

    `by` is None for the command line.
    """
    require_right(by is None or rules.can_import(by))
    report = Report()
    try:
        with change_set(by=by.pk if by else None):
            report = _write(files)
            raise _Undo
    except _Undo:
        return report


@action
def apply(files: Sequence[NamedFile], *, by: User | None) -> Report:
    """Write all rows of the files into the register, or none. Raises `NotAllowed`, `ImportRefused`."""
    require_right(by is None or rules.can_import(by))
    report = _write(files)
    if report.errors:
        raise ImportRefused(report)
    return report


def receive_file(name: str, content: bytes, *, by: User, at: dt.datetime | None = None) -> RegisterImport:
    """Keep a file that a keeper sends, with the report of its dry run. Raises `NotAllowed`, `Refusal` when too big.

    The register does not change, so the change feed does not move.
    """
    require_right(rules.can_import(by))
    require(len(content) <= MOST_BYTES, "Le fichier dépasse 5 Mo. Coupez-le, ou retirez-en les images.")
    file = NamedFile(name, content)
    report = check([file], by=by)
    return RegisterImport.objects.create(
        name=file.short_name,
        sha256=hashlib.sha256(content).hexdigest(),
        content=b"" if report.errors else content,
        uploaded_by=by,
        uploaded_at=at or timezone.now(),
        state=ImportState.REFUSED if report.errors else ImportState.CHECKED,
        report=report.as_json(),
    )


@action
def apply_import(register_import: RegisterImport, *, by: User, at: dt.datetime | None = None) -> Report:
    """Write a checked file into the register. Of two clicks at once, one succeeds.

    Raises `NotAllowed`, `Refusal`; `ImportRefused` when the register has changed since the check and the file no
    longer fits.
    """
    require_right(rules.can_import(by))
    # Lock the file: of two clicks, the second must see that it is applied.
    register_import = RegisterImport.objects.select_for_update().get(pk=register_import.pk)
    require(register_import.state != ImportState.APPLIED, "Ce fichier a déjà été appliqué.")
    require(register_import.state == ImportState.CHECKED, "Ce fichier a été refusé : corrigez-le et renvoyez-le.")
    report = apply([NamedFile(register_import.name, bytes(register_import.content))], by=by)
    _close(register_import, report, at=at or timezone.now())
    return report


def load_register(*, progress: Progress = lambda line: None, at: dt.datetime | None = None) -> bool:
    """Load the register that the product carries; False, at once, when these very files were the last ones loaded."""
    files = [NamedFile(path.name, path.read_bytes()) for path in sorted(SHIPPED.glob("*.csv"))]
    digest = _digest(files)
    if _last_loaded() == digest:
        return False
    with change_set():
        # Asked again under the transaction: another process may have just loaded them.
        if _last_loaded() == digest:
            return False
        at = at or timezone.now()
        loading = RegisterImport(name=SHIPPED_NAME, sha256=digest, uploaded_at=at, is_shipped=True)
        report = _write(files, progress=progress)
        if report.errors:
            raise ImportRefused(report)
        _close(loading, report, at=at)
        progress(report.summary)
    return True


def _write(files: Sequence[NamedFile], *, progress: Progress = lambda line: None) -> Report:
    """Read, understand and write, inside the caller's change set; with errors the caller must take it back."""
    tables, errors = read(files)
    if not errors:
        rows, errors = parse(tables)
    if errors:
        return Report.of_errors(errors)
    writer = Writer()
    writer.write(rows, progress=progress)
    return Report.of_errors(writer.errors) if writer.errors else Report.of_lines(writer.lines)


def _close(register_import: RegisterImport, report: Report, *, at: dt.datetime) -> None:
    register_import.state, register_import.report, register_import.applied_at = (
        ImportState.APPLIED,
        report.as_json(),
        at,
    )
    register_import.save()
    # A file that says nothing new leaves the feed, and all that follows it, in peace.
    if report.changes_something:
        record(register_import, "imports.apply", f"Import appliqué : {register_import.name}. {report.summary}")


def _last_loaded() -> str:
    shipped = RegisterImport.objects.filter(is_shipped=True, state=ImportState.APPLIED).order_by("-pk")
    return shipped.values_list("sha256", flat=True).first() or ""


def _digest(files: Sequence[NamedFile]) -> str:
    whole = hashlib.sha256(str(_LOADER_VERSION).encode())
    for file in files:
        whole.update(file.name.encode() + hashlib.sha256(file.content).digest())
    return whole.hexdigest()
