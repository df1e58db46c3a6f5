"""Job sheets: the jobs of the ROME, by every name that they go by."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet

from cmq.careers.models import Occupation, OccupationTrait, TraitKind
from cmq.core.models import Change
from cmq.search.engine import Document
from cmq.search.kinds.base import EVERYTHING, NOTHING, Kind, Row, Stale, of_apps

_BASE = 36  # « J1506 » is a number in base 36, and back


def number_of(code: str) -> int:
    """The number of a ROME code."""
    return int(code, _BASE)


def code_of(number: int) -> str:
    """The ROME code of a number."""
    signs = ""
    while number:
        number, rest = divmod(number, _BASE)
        signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest] + signs
    return signs


class Jobs(Kind):
    """The jobs of the last edition of the ROME; they are nowhere, so no place leaves them out."""

    slug, number, label, plural = "metier", 2, "Métier", "Métiers"
    is_placed = False

    def public(self, at: dt.datetime) -> "QuerySet[Occupation]":
        """Those of the last edition."""
        return Occupation.objects.current()

    def number_of(self, key: str) -> int:
        """The number of a ROME code."""
        return number_of(key)

    def documents(self, at: dt.datetime, *, only: Iterable[int] | None = None) -> Iterator[Document]:
        """All current ones."""
        jobs = Occupation.objects.current()
        if only is not None:
            jobs = jobs.filter(pk__in=[code_of(number) for number in only])
        skills: dict[str, list[str]] = {}
        told = OccupationTrait.objects.filter(occupation__in=jobs, kind__in=(TraitKind.KNOW_HOW, TraitKind.SECTOR))
        for code, name in told.values_list("occupation", "name").iterator():
            skills.setdefault(code, []).append(name)
        for job in jobs.prefetch_related("titles").iterator(chunk_size=500):
            yield _document(job, skills.get(job.code, []))

    def rows(self, numbers: Sequence[int], at: dt.datetime) -> dict[int, Row]:
        """With the beginning of their definition."""
        codes = [code_of(number) for number in numbers]
        jobs = Occupation.objects.current().filter(pk__in=codes).order_by().prefetch_related("titles")
        return {
            number_of(job.code): Row(
                kind=self,
                number=number_of(job.code),
                title=job.title,
                url=job.get_absolute_url(),
                context=f"Code ROME {job.code}",
                document=_document(job, []),
                text=job.definition,
            )
            for job in jobs
        }

    def stale(self, changes: Sequence[Change]) -> Stale:
        """All, with any change of the ROME."""
        return EVERYTHING if of_apps(changes, "careers") else NOTHING


def _document(job: Occupation, skills: Sequence[str]) -> Document:
    return Document(
        kind=Jobs.slug,
        kind_number=Jobs.number,
        number=number_of(job.code),
        title=job.title,
        names=" ".join((job.code, *(each.long_name for each in job.titles.all()))),
        body=" ".join((job.definition, job.access, *skills)),
        tags={"rome": [job.code]},
    )
