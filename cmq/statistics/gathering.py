"""What the tables of the other rooms say, gathered into the cells of the balance."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, F, Min, Sum
from django.utils import timezone

from cmq.catalogue.models import Course
from cmq.labour.models import BasinCommune, RecruitmentNeed
from cmq.offers.models import JobOffer
from cmq.statistics.mapping import Filieres, on_day
from cmq.statistics.models import BalanceCell, BalanceRun, CodeList, Scope

# département and bassin, as codes; None where unknown.
Place = tuple[str | None, str | None]
Key = tuple[str | None, str | None, str, int | None]
_AT_ONCE = 5000


@dataclass
class Cells:
    """Counts by cell, added to one thing after another."""

    counts: dict[Key, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, place: Place, filieres: frozenset[int] | None, **counts: int) -> None:
        """Count something at a place: once in the whole, once in each of its filières, or among the others."""
        scopes: Iterable[tuple[str, int | None]]
        if filieres is None:
            scopes = [(Scope.UNKNOWN, None)]
        else:
            scopes = [(Scope.FILIERE, each) for each in filieres] or [(Scope.OUTSIDE, None)]
        for scope, filiere in ((Scope.WHOLE, None), *scopes):
            cell = self.counts[(*place, scope, filiere)]
            for name, number in counts.items():
                cell[name] += number

    def rows(self, *, is_demo: bool) -> Iterator[BalanceCell]:
        """The rows to store."""
        for (departement, basin, scope, filiere), counts in self.counts.items():
            yield BalanceCell(
                is_demo=is_demo,
                departement_id=departement,
                basin_id=basin,
                scope=scope,
                filiere_id=filiere,
                **counts,
            )


def gather(*, is_demo: bool, at: dt.datetime) -> tuple[BalanceRun, list[BalanceCell]]:
    """All the cells as the tables stand; what they were made of comes with them."""
    day, cells = timezone.localdate(at), Cells()
    run = BalanceRun(is_demo=is_demo, computed_at=at, has_basin_communes=BasinCommune.objects.exists())
    survey = RecruitmentNeed.objects.filter(basin__is_demo=is_demo)
    last = survey.order_by("-year").first()
    if last is not None:
        run.year, run.survey = last.year, last.source
        survey = survey.filter(year=last.year)
        run.smallest = survey.aggregate(Min("planned"))["planned__min"]
        _needs(cells, survey.order_by().values_list(*_NEED), on_day(CodeList.FAP, day))
    jobs = on_day(CodeList.ROME, day)
    _offers(cells, jobs, is_demo=is_demo, at=at)
    _courses(cells, jobs, is_demo=is_demo)
    return run, list(cells.rows(is_demo=is_demo))


_NEED = ("departement", "basin", "family", "planned", "difficult")


def _needs(cells: Cells, rows: Iterable[tuple[str, str, str, int | None, int | None]], families: Filieres) -> None:
    for departement, basin, family, planned, difficult in rows:
        cells.add(
            (departement, basin),
            families.of(family),
            planned=planned or 0,
            difficult=difficult or 0,
            needs=1,
            secret=int(planned is None),
            secret_difficult=int(difficult is None),
        )


def _offers(cells: Cells, jobs: Filieres, *, is_demo: bool, at: dt.datetime) -> None:
    """Open offers by place and job. An arrondissement of Paris, Lyon or Marseille lies in the bassin of its commune."""
    live = JobOffer.objects.live(at).filter(is_demo=is_demo).order_by()
    grouped = live.values_list(*_PLACE, "occupation").annotate(Count("pk"), Sum("positions"))
    for departement, basin, basin_of_parent, job, offers, positions in grouped.iterator(chunk_size=_AT_ONCE):
        place = (departement, basin or basin_of_parent)
        cells.add(place, jobs.of(job) if job else None, offers=offers, positions=positions)


_PLACE = ("commune__departement", "commune__basin_link__basin", "commune__parent__basin_link__basin")


def _courses(cells: Cells, jobs: Filieres, *, is_demo: bool) -> None:
    """Trainings at places, of the filières of their jobs; one without jobs is of the filière of its campus."""
    columns = (*_PLACE, "rome_codes", "own_filiere", "places", "employed_6_months", "rates_are_secret")
    rows = Course.objects.filter(is_demo=is_demo).order_by().annotate(own_filiere=F("training__campus__filiere"))
    for row in rows.values_list(*columns).iterator(chunk_size=_AT_ONCE):
        departement, basin, basin_of_parent, codes, own, places, rate, is_secret = row
        filieres = jobs.of_any(codes)
        if filieres is None and own is not None:
            filieres = frozenset([own])
        cells.add(
            (departement, basin or basin_of_parent),
            filieres,
            courses=1,
            places=places or 0,
            unknown_places=int(places is None),
            rates=int(rate is not None),
            rate_sum=rate or 0,
            secret_rates=int(is_secret),
        )
