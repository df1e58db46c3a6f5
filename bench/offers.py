"""Taking in offers against a bare bulk insert of the same rows: `python -m bench.offers [OFFERS]`.

A hundred thousand when not said; `python -m bench.offers 1000000` for the figure that is wanted. It works in a database
of its own, in a temporary folder (or where DATABASE_URL points: an empty one). The offers are written to a file in
France Travail's form first; then they are read from it, parsed, cleaned, looked for among those held, and stored,
against `bulk_create` of the same rows, ready in memory, in the same two tables with the same indexes, batches and
transactions. Both start on empty tables. Wanted: at least 0.50, and flat memory.
"""

import gc
import json
import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = tempfile.TemporaryDirectory(prefix="cmq-offers-")
os.environ["CMQ_VAR_DIR"] = FOLDER.name
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/offers.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from cmq.careers.actions import load_occupations  # noqa: E402
from cmq.careers.models import Occupation  # noqa: E402
from cmq.offers.actions.taking_in import BATCH, Publication  # noqa: E402
from cmq.offers.models import JobOffer, OfferOrigin  # noqa: E402
from cmq.official.importers import Known  # noqa: E402
from cmq.official.running import run_offers  # noqa: E402
from cmq.official.slices import pages_of  # noqa: E402
from cmq.official.sources.france_travail import IMPORTER  # noqa: E402
from cmq.reference.actions import load_reference  # noqa: E402
from cmq.reference.models import Commune  # noqa: E402

# What is held in memory at once on the bare side, so that its rows are not paid for in memory either.
PART = 20_000


def main(total: int) -> None:
    """Write the file, load it bare, load it as the product does, load it again unchanged."""
    call_command("migrate", verbosity=0)
    load_reference()
    load_occupations()
    path = Path(FOLDER.name) / "offres.json"
    write_file(path, total)
    bare, bare_work = bare_insert(path)
    empty()
    before = peak()
    begun, work = time.perf_counter(), time.process_time()
    run = run_offers(IMPORTER, path=path)
    ours, work = time.perf_counter() - begun, time.process_time() - work
    assert run.created == total == JobOffer.objects.count(), run.report
    kind = connection.vendor
    print(f"{f'offers, bare bulk insert, {kind}':<50} {total / bare:>12,.0f} offers/s")
    print(f"{f'offers, taken in from a file, {kind}':<50} {total / ours:>12,.0f} offers/s")
    print(f"{'  ratio (wanted: at least 0.50)':<50} {bare / ours:>12.2f}")
    # On a machine that others use too, the processor's time says more than the clock.
    print(f"{'  ratio of processor time':<50} {bare_work / work:>12.2f}")
    print(f"{'  peak memory before and after':<50} {before:>6,.0f} → {peak():,.0f} MB")
    begun = time.perf_counter()
    run = run_offers(IMPORTER, path=path)
    assert run.unchanged == total
    print(f"{'offers, the same file again':<50} {total / (time.perf_counter() - begun):>12,.0f} offers/s")


def bare_insert(path: Path) -> tuple[float, float]:
    """Seconds by the clock and of the processor to store the rows, without the time that it takes to make them."""
    spent = work = 0.0
    for part in parts(path):
        gc.collect()
        begun, worked = time.perf_counter(), time.process_time()
        for start in range(0, len(part), BATCH):
            some = part[start : start + BATCH]
            with transaction.atomic():
                JobOffer.objects.bulk_create([each.offer for each in some])
                for each in some:
                    each.origin.offer_id = each.offer.pk
                OfferOrigin.objects.bulk_create([each.origin for each in some])
        spent, work = spent + time.perf_counter() - begun, work + time.process_time() - worked
    return spent, work


def parts(path: Path) -> Iterator[list[Publication]]:
    """The offers of the file, parsed, some at a time."""
    known, at = Known(), timezone.now()
    for page in pages_of(path, IMPORTER.lists, size=PART):
        made = [IMPORTER.parse(raw, known, rank=1, at=at) for raw in page.offers]
        part = [each for each in made if isinstance(each, Publication)]
        assert len(part) == len(page.offers)
        for each in part:
            each.offer.confirmed_at = each.origin.seen_at = at
        yield part


def empty() -> None:
    """Both tables, as they were."""
    OfferOrigin.objects.all()._raw_delete("default")
    JobOffer.objects.all()._raw_delete("default")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")


def peak() -> float:
    """The most memory that this process has had, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_file(path: Path, total: int) -> None:
    """Offers of our own making, the same each time: jobs of the ROME, real communes, texts of some hundred words."""
    draw = random.Random(20261128)
    jobs = list(Occupation.objects.order_by("code").values_list("code", "title"))
    places = list(Commune.objects.located().order_by("pk").values_list("pk", "name", "latitude", "longitude"))
    with path.open("w", encoding="utf-8") as file:
        file.write('{"resultats": [')
        for number in range(total):
            file.write(("," if number else "") + json.dumps(an_offer(number, draw, jobs, places), ensure_ascii=False))
        file.write("]}")


def an_offer(number: int, draw: random.Random, jobs: list[Any], places: list[Any]) -> dict[str, Any]:
    """One offer in France Travail's form."""
    code, title = draw.choice(jobs)
    commune, name, latitude, longitude = draw.choice(places)
    words = [draw.choice(jobs)[1] for _ in range(12)]
    day = (
        f"2026-{draw.randint(1, 10):02d}-{draw.randint(1, 28):02d}T{draw.randint(0, 23):02d}:{draw.randint(0, 59):02d}"
    )
    return {
        "id": f"{number:07d}",
        "intitule": f"{title} (H/F)",
        "description": f"Nous cherchons : {title}.\n" + ". ".join(words) + ".",
        "dateCreation": f"{day}:00.000Z",
        "dateActualisation": f"{day}:00.000Z",
        "lieuTravail": {
            "libelle": f"{commune[:2]} - {name.upper()}",
            "latitude": latitude,
            "longitude": longitude,
            "commune": commune,
        },
        "romeCode": code,
        "appellationlibelle": title,
        "entreprise": {"nom": f"Entreprise fictive {draw.randint(1, 60_000)}"},
        "typeContrat": draw.choice(["CDI", "CDD", "MIS"]),
        "typeContratLibelle": "Contrat à durée déterminée - 6 Mois",
        "natureContrat": "Contrat travail",
        "dureeTravailLibelle": "35H Horaires normaux",
        "salaire": {"libelle": "Mensuel de 1900 Euros"},
        "alternance": False,
        "contact": {"nom": "masqué"},
        "nombrePostes": 1,
        "codeNAF": f"{draw.randint(1, 96):02d}.11Z",
        "origineOffre": {"origine": "1", "urlOrigine": f"https://exemple.fr/offres/{number}"},
    }


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else int(os.environ.get("CMQ_BENCH_OFFERS", "100000")))
