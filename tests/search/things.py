"""Jobs, trainings and offers to search among; every one of them is made up but for the names of jobs."""

import datetime as dt
from itertools import count
from typing import Any

from django.utils import timezone

from cmq.careers.models import JobTitle, Occupation
from cmq.catalogue.models import Course
from cmq.core.feed import change_set, record
from cmq.core.text import fold, slug_of
from cmq.offers.models import JobOffer
from cmq.reference.models import Commune
from cmq.search import folders, indexing

_numbers = count(1)
BERCK, LILLE, LYON = "62108", "59350", "69123"


def a_job(code: str, title: str, *names: str, **fields: Any) -> Occupation:
    job = Occupation.objects.create(
        code=code, title=title, slug=f"{slug_of(title)}-{code.lower()}", folded_title=fold(title), **fields
    )
    for name in names:
        JobTitle.objects.create(ogr_code=str(next(_numbers)), occupation=job, long_name=name, folded_name=fold(name))
    return job


def an_offer(title: str, commune: str | None = BERCK, **fields: Any) -> JobOffer:
    now = timezone.now()
    fields = {"published_at": now, "modified_at": now, "confirmed_at": now} | fields
    place = Commune.objects.get(insee_code=commune) if commune else None
    return JobOffer.objects.create(title=title, folded_title=fold(title), commune=place, **fields)


def a_course(title: str, commune: str = BERCK, **fields: Any) -> Course:
    fields = {"key": f"essai-{next(_numbers)}", "place_name": "Lycée d’essai"} | fields
    place = Commune.objects.get(insee_code=commune)
    return Course.objects.create(title=title, folded_title=fold(title), commune=place, **fields)


def tell(thing: Any) -> None:
    """As an action does after it has changed something."""
    with change_set():
        record(thing, "tests.change", "Modifié.")


def indexed() -> None:
    indexing.rebuild()


def caught_up() -> int:
    read = indexing.follow()
    folders.forget_reader()
    return read


def long_ago(days: int) -> dt.datetime:
    return timezone.now() - dt.timedelta(days=days)
