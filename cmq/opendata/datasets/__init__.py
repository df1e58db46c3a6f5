"""The public datasets, one module each."""

from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets.agreements import Agreements
from cmq.opendata.datasets.campuses import Campuses
from cmq.opendata.datasets.decisions import Decisions
from cmq.opendata.datasets.events import Events
from cmq.opendata.datasets.indicators import Indicators
from cmq.opendata.datasets.members import Members
from cmq.opendata.datasets.occupations import Occupations
from cmq.opendata.datasets.offers import Offers
from cmq.opendata.datasets.projects import Projects
from cmq.opendata.datasets.trainings import Trainings

DATASETS: dict[str, Dataset] = {
    dataset.slug: dataset
    for dataset in (
        *(Campuses(), Decisions(), Members(), Trainings(), Projects(), Events(), Agreements(), Occupations()),
        Indicators(),
    )
}
# What can be asked row by row, and is no file.
ASKED: dict[str, Dataset] = {**DATASETS, Offers.slug: Offers()}
