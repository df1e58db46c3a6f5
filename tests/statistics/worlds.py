"""A small country for the statistics: an invented survey in the official shape, offers, trainings."""

import csv
import datetime as dt
import random
from pathlib import Path
from typing import Any

from django.utils import timezone

from cmq.careers.actions import load_occupations
from cmq.catalogue.models import Course
from cmq.offers.models import JobOffer
from cmq.official.actions import run_importer
from cmq.official.models import RunState
from cmq.official.sources import needs
from cmq.statistics import actions
from tests.official.making import table, workbook

SURVEY = Path(__file__).parent / "bmo-inventee.csv"
# Commune → bassin of the survey; Paris 13e has none of its own, nor has its commune here.
COMMUNES = {
    "62108": "9901",
    "62826": "9901",
    "59350": "9902",
    "59512": "9902",
    "35238": "9903",
    "35047": "9904",
    "56260": "9904",
    "97416": "9905",
}
PLACES = [*COMMUNES, "75113", "29232", None]
JOBS = ["J1501", "K1304", "F1503", "A1201", "I1306", "H2402", "M1805", "D1106", "G1602", "N4101", None]
CODES: list[list[str]] = [["J1501"], ["F1503", "H2206"], ["M1805"], ["G1602", "D1106"], ["D1106"], ["H2402"], []]


def survey(folder: Path, source: Path = SURVEY) -> Path:
    """The table as the workbook that France Travail publishes."""
    with source.open(encoding="utf-8", newline="") as file:
        return workbook(folder / "bmo.xlsx", "BMO_2024_open_data", *csv.reader(file, delimiter=";"))


def load_survey(folder: Path) -> None:
    """The survey and the communes of its bassins, through the importers."""
    assert run_importer(needs.NEEDS, path=survey(folder)).state == RunState.DONE
    header = ["reg", "dep", "code_commune_insee", "code_bassin_BMO", "lib_bassin_BMO"]
    rows = [("", "", commune, basin, "") for commune, basin in COMMUNES.items()]
    path = folder / "bassins.csv"
    path.write_bytes(table(header, *rows, sign=","))
    assert run_importer(needs.BASINS, path=path).state == RunState.DONE


def some_offers(count: int, *, seed: int = 1) -> list[dict[str, Any]]:
    """Offers drawn anew the same each time, stored; what matters of them comes back."""
    load_occupations()
    draw, now = random.Random(seed), timezone.now()
    told = [
        {
            "commune": draw.choice(PLACES),
            "job": draw.choice(JOBS),
            "positions": draw.randint(1, 4),
            "is_over": draw.random() < 0.1,
            "is_demo": draw.random() < 0.1,
        }
        for _ in range(count)
    ]
    JobOffer.objects.bulk_create(
        JobOffer(
            title="Offre d’essai",
            folded_title="offre d essai",
            commune_id=each["commune"],
            occupation_id=each["job"],
            positions=each["positions"],
            is_demo=each["is_demo"],
            published_at=now - dt.timedelta(days=40),
            modified_at=now,
            confirmed_at=now,
            expires_at=now - dt.timedelta(days=1) if each["is_over"] else None,
        )
        for each in told
    )
    return told


def some_courses(count: int, *, seed: int = 2) -> list[dict[str, Any]]:
    """Trainings at places, likewise."""
    draw = random.Random(seed)
    told = []
    for _ in range(count):
        rate = draw.choice([None, None, 41, 66, 80])
        told.append(
            {
                "commune": draw.choice(PLACES),
                "jobs": draw.choice(CODES),
                "places": draw.choice([None, None, 12, 24]),
                "rate": rate,
                "is_secret": rate is None and draw.random() < 0.5,
            }
        )
    Course.objects.bulk_create(
        Course(
            key=f"essai-{number}",
            title="Formation d’essai",
            folded_title="formation d essai",
            place_name="Lycée d’essai",
            commune_id=each["commune"],
            rome_codes=each["jobs"],
            places=each["places"],
            employed_6_months=each["rate"],
            rates_period="2023" if each["rate"] else "",
            rates_are_secret=each["is_secret"],
        )
        for number, each in enumerate(told)
    )
    return told


def a_country(folder: Path, *, offers: int = 120, courses: int = 80) -> tuple[list[Any], list[Any]]:
    """Everything, with the balance made."""
    load_survey(folder)
    actions.load_jobs()
    told = some_offers(offers), some_courses(courses)
    actions.refresh()
    return told
