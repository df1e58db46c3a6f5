"""The whole annuaire de l’éducation against a bare bulk insert of the same rows: `python -m bench.schools [ROWS]`.

68,000 rows when not said, of fictional schools in real communes, written by a seeded generator in the form of 2026. It
works in a database of its own, in a temporary folder (or where DATABASE_URL points: an empty one). The file is read,
checked, parsed and stored, against `bulk_create` of the same rows, ready in memory, in the same batches and one
transaction. Wanted: at least 0.50; and the file loaded again, unchanged, writes nothing.
"""

import csv
import os
import random
import resource
import sys
import tempfile
import time
from pathlib import Path

FOLDER = tempfile.TemporaryDirectory(prefix="cmq-schools-")
os.environ["CMQ_VAR_DIR"] = FOLDER.name
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/schools.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from bench.measuring import row  # noqa: E402
from cmq.catalogue.models import Establishment  # noqa: E402
from cmq.official.actions import run_importer  # noqa: E402
from cmq.official.importers import Known  # noqa: E402
from cmq.official.loading import BATCH  # noqa: E402
from cmq.official.sources import schools  # noqa: E402
from cmq.reference.actions import load_reference  # noqa: E402
from cmq.reference.codes import uai_check_letter  # noqa: E402
from cmq.reference.models import Commune  # noqa: E402

HEADER = (
    *("identifiant_de_l_etablissement", "nom_etablissement", "type_etablissement", "statut_public_prive"),
    *("adresse_1", "code_postal", "code_commune", "siren_siret", "latitude", "longitude", "etat", "code_nature"),
    *("libelle_nature", "date_ouverture", "date_maj_ligne", "telephone", "web"),
)


def main(total: int) -> None:
    """Write the file, store it bare, load it as the product does, load it again."""
    call_command("migrate", verbosity=0)
    load_reference()
    path = Path(FOLDER.name) / "annuaire.csv"
    write_file(path, total)
    before = peak()
    begun, work = time.perf_counter(), time.process_time()
    run = run_importer(schools.IMPORTER, path=path)
    seconds, work = time.perf_counter() - begun, time.process_time() - work
    more = peak() - before
    assert run.created == total, run.report
    begun = time.perf_counter()
    again = run_importer(schools.IMPORTER, path=path, force=True)
    assert (again.created, again.changed, again.unchanged) == (0, 0, total)
    seconds_again = time.perf_counter() - begun
    Establishment.objects.all().delete()
    bare_seconds, bare_work = bare(path)
    row(f"annuaire, {total} rows, {connection.vendor}", f"{bare_seconds / seconds:.2f} of a bare insert")
    row("annuaire, seconds", f"{seconds:.1f} ({bare_seconds:.1f} bare); processor {work:.1f} ({bare_work:.1f} bare)")
    row("annuaire, memory while loading", f"{more / 1024:.0f} MB more at the peak")
    row("annuaire again, unchanged", f"{bare_seconds / seconds_again:.2f} of a bare insert")


def bare(path: Path) -> tuple[float, float]:
    """Seconds, and seconds of processor, of `bulk_create` of rows ready in memory; then they are taken back."""
    rows = [found for _, found in schools.parse(path, Known()) if isinstance(found, Establishment)]
    begun, work = time.perf_counter(), time.process_time()
    with transaction.atomic():
        for start in range(0, len(rows), BATCH):
            Establishment.objects.bulk_create(rows[start : start + BATCH])
    took = time.perf_counter() - begun, time.process_time() - work
    Establishment.objects.all().delete()
    return took


def write_file(path: Path, total: int) -> None:
    """Fictional schools, the same each time."""
    chance = random.Random(1)
    communes = list(Commune.objects.located().order_by("pk").values_list("pk", "name", "latitude", "longitude"))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(HEADER)
        for number in range(total):
            code, name, lat, lon = chance.choice(communes)
            digits = f"{number:07d}"
            place = (f"{lat + chance.uniform(-0.01, 0.01):.6f}", f"{lon + chance.uniform(-0.01, 0.01):.6f}")
            lines.writerow(
                (
                    *(digits + uai_check_letter(digits), f"École fictive {number} de {name}", "Ecole", "Public"),
                    *(f"{number % 90} rue du Port", "59000", code, f"{number:014d}", *place, "OUVERT", "151"),
                    *("ECOLE DE NIVEAU ELEMENTAIRE", "1965-05-01", "2026-05-27", "0320000000", "https://exemple.fr"),
                )
            )


def peak() -> int:
    """The most memory this process has held, in kB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 68_000)
