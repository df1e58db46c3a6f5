"""The resources of the API: each a dataset with the filters of its pages. Columns and texts are the dataset's."""

from dataclasses import dataclass

from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets import ASKED
from cmq.opendata.internal import INTERNAL, Internal
from cmq.web.api import filters
from cmq.web.api.filters import Narrow
from cmq.web.api.parameters import Parameter

_FILTERS: dict[str, tuple[tuple[Parameter, ...], Narrow]] = {
    "campus": (filters.CAMPUSES, filters.campuses),
    "decisions": ((filters.CAMPUS,), filters.of_campus),
    "membres": (filters.MEMBERS, filters.members),
    "formations": (filters.TRAININGS, filters.trainings),
    "projets": (filters.PROJECTS, filters.shown_projects),
    "evenements": (filters.EVENTS, filters.events),
    "financements": ((filters.CAMPUS,), filters.of_campus),
    "metiers": (filters.JOBS, filters.jobs),
    "indicateurs": (filters.INDICATORS, filters.indicators),
    "offres": (filters.OFFERS, filters.job_offers),
}


@dataclass(frozen=True)
class Resource:
    """What one address of the API lists."""

    path: str
    dataset: Dataset
    filters: tuple[Parameter, ...] = ()
    narrow: Narrow | None = None

    @property
    def is_timed(self) -> bool:
        """Whether the clock alone changes it: offers end at an hour."""
        return self.path == "offres"

    @property
    def internal(self) -> Internal | None:
        """The table behind a token; None for what is public."""
        return self.dataset if isinstance(self.dataset, Internal) else None

    @property
    def expandable(self) -> tuple[str, ...]:
        """What its rows can bear with them: their campus; of a campus, its rows in the other datasets."""
        if self.internal:
            return ()
        if self.dataset.slug == "campus":
            return tuple(slug for slug, each in ASKED.items() if each.campus_path and slug != "offres")
        return ("campus",) if self.dataset.campus_path else ()


PUBLIC = {slug: Resource(slug, dataset, *_FILTERS[slug]) for slug, dataset in ASKED.items()}
PRIVATE = {slug: Resource(f"prive/{slug}", dataset) for slug, dataset in INTERNAL.items()}
