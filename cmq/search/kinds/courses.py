"""Trainings at their places."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db.models import QuerySet

from cmq.catalogue.models import Course
from cmq.core.models import Change
from cmq.search.engine import Document
from cmq.search.kinds.base import Kind, Row, Stale, by_key, geography, spot
from cmq.search.wording import WAYS, level_name

_WAYS = (("by_school", "scolaire"), ("by_apprenticeship", "apprentissage"), ("by_continuing", "continue"))


class Courses(Kind):
    """What the catalogue has, national sources and campuses together."""

    slug, number, label, plural, gender = "formation", 3, "Formation", "Formations", "e"
    tags = ("niveau", "voie", "region")

    def public(self, at: dt.datetime) -> "QuerySet[Course]":
        """All of them."""
        return Course.objects.all()

    def documents(self, at: dt.datetime, *, only: Iterable[int] | None = None) -> Iterator[Document]:
        """All of them."""
        courses = Course.objects.select_related("commune", "training__campus__filiere").order_by("pk")
        if isinstance(only, range):
            courses = courses.filter(pk__range=(only.start, only.stop - 1))
        elif only is not None:
            courses = courses.filter(pk__in=list(only))
        for course in courses.iterator(chunk_size=2000):
            yield _document(course)

    def rows(self, numbers: Sequence[int], at: dt.datetime) -> dict[int, Row]:
        """With place, level and ways."""
        courses = (
            Course.objects.select_related("commune", "training__campus__filiere").filter(pk__in=numbers).order_by()
        )
        return {course.pk: self._row(course) for course in courses}

    def _row(self, course: Course) -> Row:
        level = level_name(course.level)
        return Row(
            kind=self,
            number=course.pk,
            title=course.title,
            url=course.get_absolute_url(),
            context=", ".join(filter(None, (course.place_name, str(course.commune or "")))),
            document=_document(course),
            badges=tuple(filter(None, (course.diploma, level, *(name for _, name in _ways(course))))),
            is_demo=course.is_demo,
        )

    def stale(self, changes: Sequence[Change]) -> Stale:
        """Those that lines name, and those of a campus or a training that changed."""
        named = by_key(changes, "catalogue.course")
        trainings = by_key(changes, "trainings.training").numbers
        campuses = by_key(changes, "campuses.campus").numbers
        if not trainings and not campuses:
            return named
        theirs = Course.objects.filter(training__in=trainings) | Course.objects.filter(training__campus__in=campuses)
        return Stale(numbers=named.numbers.union(theirs.values_list("pk", flat=True)), ranges=named.ranges)


def _ways(course: Course) -> list[tuple[str, str]]:
    return [(slug, WAYS[slug]) for attribute, slug in _WAYS if getattr(course, attribute)]


def _document(course: Course) -> Document:
    campus = course.training.campus if course.training else None
    filiere = campus.filiere if campus else None
    return Document(
        kind=Courses.slug,
        kind_number=Courses.number,
        number=course.pk,
        title=course.title,
        names=course.diploma,
        body=" ".join((course.place_name, course.rncp_code, course.uai, campus.name if campus else "")),
        place=geography().words(course.commune),
        spots=spot(course, course.commune),
        tags={
            **geography().tags(course.commune),
            "niveau": [str(course.level)] if course.level else [],
            "voie": [slug for slug, _ in _ways(course)],
            "rome": list(course.rome_codes),
            "campus": [campus.slug] if campus else [],
            "filiere": [filiere.slug] if filiere else [],
        },
    )
