"""The files of the store against the rows that name them: what nobody names is removed, what is missing is told.

A file is written before the row that names it commits: a process killed in between leaves it without any, and so does a
store that does not answer when a row goes. Both sides are read in the order of names, a page at a time: memory is flat.

Only folders that this product writes in are looked at, and in them only names as it makes them, of digests: a bucket
may be shared. Why a week, and why a threshold: `docs/decisions/0083-orphan-files.md`.
"""

import datetime as dt
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO, Any

from django.apps import apps
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import connection, models
from django.db.models.functions import Collate
from django.utils.module_loading import autodiscover_modules

from cmq.core.errors import Refusal, require
from cmq.core.object_store import PAGE, Listed, ObjectStorage

# A row may not be committed yet; and a database brought back to an earlier instant of the last days, then to a later
# one, finds the files of the hours between.
KEPT = dt.timedelta(days=7)
# More than these is no accident of a process but another database than the store's, or a fault of ours.
FEW, SHARE = 20, 0.05
SHOWN = 20
_DIGEST = re.compile(r"(?:[0-9a-f]{2,4}/){0,2}[0-9a-f]{32,64}(?:_[0-9A-Za-z]{7})*(?:\.[0-9A-Za-z]{1,10}){0,2}")
Names = Callable[[], Iterable[str]]


@dataclass(frozen=True)
class Place:
    """A folder that this product writes in.

    Attributes:
        columns: the columns that name its files.
        names: what else names some, all of them.
        is_redrawn: whether a file that is gone is made again when it is asked for.
    """

    folder: str
    columns: tuple["models.FileField", ...] = ()
    names: Names | None = None
    is_redrawn: bool = False


_OTHERS: dict[str, Place] = {}


def named_in(folder: str, *, is_redrawn: bool = False) -> Callable[[Names], Names]:
    """Declare what names the files of a folder, where no column does: a room's `kept_files.py` does it."""

    def declare(names: Names) -> Names:
        _OTHERS[folder] = Place(folder, names=names, is_redrawn=is_redrawn)
        return names

    return declare


def places() -> list[Place]:
    """Every folder, with all that names its files."""
    autodiscover_modules("kept_files")
    columns: dict[str, list[models.FileField]] = {}
    for model in apps.get_models(include_auto_created=True):
        for each in model._meta.concrete_fields:
            # A library's file without a folder of its own is not looked for.
            if isinstance(each, models.FileField) and isinstance(each.upload_to, str) and each.upload_to.strip("/"):
                columns.setdefault(each.upload_to.strip("/").partition("/")[0], []).append(each)
    found = [Place(folder, tuple(fields)) for folder, fields in columns.items()]
    return sorted([*found, *_OTHERS.values()], key=lambda place: place.folder)


@dataclass
class Found:
    """What the two sides say of each other: numbers of files, and of rows whose file is missing."""

    files: int = 0
    foreign: int = 0
    # Named by no row: younger than `KEPT`; older, of which some are made again when asked for.
    young: int = 0
    over: int = 0
    over_redrawn: int = 0
    removed: int = 0
    missing: int = 0
    shown: list[str] = field(default_factory=list)
    shown_missing: list[str] = field(default_factory=list)

    @property
    def is_too_many(self) -> bool:
        """Whether so many cannot be what dead processes left; nor any, in a store of which no row names a file."""
        over, named = self.over - self.over_redrawn, self.files - self.young - self.over
        return over > max(FEW, (self.files - self.over_redrawn) * SHARE) or over > 0 == named


def sweep(*, at: dt.datetime, changes: bool, whatever_the_number: bool = False) -> Found:
    """Compare, then remove what no row has named for `KEPT`; compare only, unless `changes`.

    Raises `Refusal` when it would be too many (nothing is removed), or when the store does not answer.
    """
    storage = storages["default"]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as over:
        found = Found()
        for place in places():
            _compare(storage, place, found, over, at)
        if not changes:
            return found
        require(
            whatever_the_number or not found.is_too_many,
            f"{found.over} fichiers sur {found.files} ne sont nommés par aucune ligne : c’est trop pour des restes. "
            "Rien n’est ôté. Cette base est-elle bien celle de ce dépôt ? Si oui : « cmq fichiers --tout ».",
        )
        over.seek(0)
        while batch := [line.rstrip("\n") for line in islice(over, PAGE)]:
            found.removed += _remove(storage, batch)
    return found


def _compare(storage: Storage, place: Place, found: Found, over: IO[str], at: dt.datetime) -> None:
    last = f"{place.folder}/"
    for page in _pages(storage, place.folder):
        names = {each.name for each in page}
        require(last < min(names) and len(names) == len(page), "Le dépôt ne dit pas ses fichiers dans l’ordre.")
        after, last = last, max(names)
        named = set()
        for name in _named(place, after, last):
            if name in names:
                named.add(name)
            else:
                _is_missing(storage, place, name, found)
        for each in page:
            found.files += 1
            if each.name not in named:
                _is_orphan(place, each, found, over, at)
    # « 0 » is what follows « / ».
    for name in _named(place, last, f"{place.folder}0"):
        _is_missing(storage, place, name, found)


def _is_orphan(place: Place, file: Listed, found: Found, over: IO[str], at: dt.datetime) -> None:
    if not _DIGEST.fullmatch(file.name.removeprefix(f"{place.folder}/")):
        found.files -= 1
        found.foreign += 1
    elif at - file.written_at < KEPT:
        found.young += 1
    else:
        found.over += 1
        found.over_redrawn += place.is_redrawn
        over.write(f"{file.name}\n")
        if len(found.shown) < SHOWN:
            found.shown.append(file.name)


def _is_missing(storage: Storage, place: Place, name: str, found: Found) -> None:
    if place.is_redrawn:
        # Nobody has asked for it yet.
        return
    # Written since its page was listed; a store that lost thousands is not asked for each.
    if found.missing < PAGE and storage.exists(name):
        return
    found.missing += 1
    if len(found.shown_missing) < SHOWN:
        found.shown_missing.append(name)


def _named(place: Place, after: str, upto: str) -> Iterator[str]:
    """Names that rows give in a place, after one and up to another, by their bytes."""
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    for column in place.columns:
        rows = column.model._base_manager.annotate(_stored=Collate(column.attname, collation))
        yield from rows.filter(_stored__gt=after, _stored__lte=upto).values_list("_stored", flat=True).iterator()
    if place.names is not None:
        yield from (name for name in place.names() if after < name <= upto)


def _remove(storage: Storage, names: list[str]) -> int:
    """Remove files, but for those that a row has come to name meanwhile; how many."""
    kept = {name for place in places() for name in _of(place, set(names))}
    gone = [name for name in names if name not in kept]
    if isinstance(storage, ObjectStorage):
        storage.remove(gone)
    else:
        for name in gone:
            storage.delete(name)
    return len(gone)


def _of(place: Place, names: set[str]) -> Iterator[str]:
    for column in place.columns:
        rows: models.QuerySet[Any] = column.model._base_manager.filter(**{f"{column.attname}__in": names})
        yield from rows.values_list(column.attname, flat=True)
    if place.names is not None and any(name.startswith(f"{place.folder}/") for name in names):
        yield from names.intersection(place.names())


def _pages(storage: Storage, folder: str) -> Iterator[list[Listed]]:
    """The files of a folder in the order of their names, some at a time."""
    if isinstance(storage, ObjectStorage):
        yield from storage.pages(folder)
        return
    if not isinstance(storage, FileSystemStorage):
        raise Refusal("Ce dépôt de fichiers ne se parcourt pas.")
    files = _on_disk(storage, folder)
    while page := list(islice(files, PAGE)):
        yield page


def _on_disk(storage: FileSystemStorage, folder: str) -> Iterator[Listed]:
    try:
        with os.scandir(storage.path(folder)) as found:
            # As whole names are ordered: « a.b » before « a/b ».
            entries = sorted(found, key=lambda each: f"{each.name}/" if each.is_dir() else each.name)
    except FileNotFoundError:
        return
    for each in entries:
        name = f"{folder}/{each.name}"
        if each.is_dir(follow_symlinks=False):
            yield from _on_disk(storage, name)
        elif each.is_file(follow_symlinks=False):
            said = each.stat(follow_symlinks=False)
            yield Listed(name, dt.datetime.fromtimestamp(said.st_mtime, dt.UTC))
