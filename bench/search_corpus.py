"""Offers and trainings by the million, the same at each run, made of the names of jobs that the database has."""

import datetime as dt
import random
from collections.abc import Iterator
from itertools import islice

from django.utils import timezone

from cmq.careers.models import JobTitle, Occupation
from cmq.catalogue.models import Course
from cmq.core.feed import change_set, record_bulk
from cmq.core.text import fold
from cmq.offers.models import ContractKind, JobOffer, OfferKind
from cmq.reference.models import Commune

_AT_ONCE = 5_000
_USUAL = (
    "vous travaillez en équipe au contact du public",
    "débutant accepté formation assurée sur place",
    "horaires de journée du lundi au vendredi",
    "permis B souhaité déplacements dans le département",
    "expérience de deux ans appréciée",
    "poste à pourvoir dès que possible",
    "contrat renouvelable selon la saison",
    "vous aimez le travail bien fait et l’autonomie",
)


class Maker:
    """Draws rows from a seed; a job is drawn the oftener the lower its rank, as in life."""

    def __init__(self, seed: int = 7) -> None:
        self.draw = random.Random(seed)
        self.now = timezone.now()
        jobs = list(Occupation.objects.current().order_by("pk"))
        self.draw.shuffle(jobs)
        self.jobs, self.job_weights = jobs, _running(1 / (rank + 5) for rank in range(len(jobs)))
        named = JobTitle.objects.values_list("occupation", "long_name")
        self.names = {job.code: job.title.split(" / ") for job in jobs}
        for code, name in named:
            self.names.setdefault(code, []).extend(name.split(" / "))
        communes = list(Commune.objects.located().filter(population__gt=0).order_by("pk"))
        self.communes, self.weights = communes, _running(commune.population or 1 for commune in communes)

    def job(self) -> Occupation:
        """A job, the common ones often."""
        return self.draw.choices(self.jobs, cum_weights=self.job_weights)[0]

    def commune(self) -> Commune:
        """A commune, by its inhabitants."""
        return self.draw.choices(self.communes, cum_weights=self.weights)[0]

    def offers(self) -> Iterator[JobOffer]:
        """For ever."""
        while True:
            job, commune = self.job(), self.commune()
            title = self.draw.choice(self.names[job.code])
            others = " ".join(self.draw.choice(self.names[self.job().code]) for _ in range(4))
            usual = ". ".join(self.draw.sample(_USUAL, 4))
            published = self.now - dt.timedelta(minutes=self.draw.randrange(90 * 24 * 60))
            yield JobOffer(
                title=title[:250],
                folded_title=fold(title)[:250],
                text=f"{job.title} à {commune.name}. {usual}. Vous travaillez avec : {others}.",
                kind=self.draw.choices(OfferKind.values, (6, 3, 1))[0],
                contract=self.draw.choice(ContractKind.values),
                occupation=job,
                employer_name=f"Employeur imaginaire {self.draw.randrange(20_000)}",
                commune=commune,
                latitude=(commune.latitude or 0) + self.draw.uniform(-0.02, 0.02),
                longitude=(commune.longitude or 0) + self.draw.uniform(-0.02, 0.02),
                published_at=published,
                modified_at=published,
                confirmed_at=published,
            )

    def courses(self) -> Iterator[Course]:
        """For ever."""
        number = 0
        while True:
            number += 1
            job, commune = self.job(), self.commune()
            diploma, level = self.draw.choice((("CAP", 3), ("Bac pro", 4), ("BTS", 5), ("Titre professionnel", 4)))
            title = f"{diploma} {self.names[job.code][0]}"
            yield Course(
                key=f"mesure-{number}",
                title=title[:400],
                folded_title=fold(title)[:400],
                level=level,
                rome_codes=[job.code],
                place_name=f"Établissement imaginaire de {commune.name}",
                commune=commune,
                by_school=self.draw.random() < 0.6,
                by_apprenticeship=self.draw.random() < 0.5,
            )


def fill(maker: Maker, *, offers: int, courses: int) -> None:
    """Load rows at once, as an import does, and say so in the feed."""
    for model, rows, count in ((JobOffer, maker.offers(), offers), (Course, maker.courses(), courses)):
        first = last = None
        for start in range(0, count, _AT_ONCE):
            made = model.objects.bulk_create(islice(rows, min(_AT_ONCE, count - start)))
            first, last = first or made[0].pk, made[-1].pk
        if last:
            with change_set():
                record_bulk(model=model, count=count, first=first, last=last, summary="Mesure.")


def _running(weights: Iterator[float]) -> list[float]:
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums
