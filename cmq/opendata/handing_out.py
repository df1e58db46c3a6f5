"""The whole public register in a folder: data, what they mean, the journal, and how to make a copy of it."""

import datetime as dt
import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from django.core.files.storage import default_storage
from django.utils import timezone

from cmq.campuses.models import Campus, CampusArea, CampusFact, CampusLink, CampusName, Partnership
from cmq.core import feed
from cmq.core.errors import require
from cmq.core.models import Change
from cmq.labels.models import LabelDecision
from cmq.opendata import catalogue
from cmq.opendata.catalogue import SERIALISATIONS, Publisher
from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets import DATASETS
from cmq.opendata.formats import write_csv, write_ndjson
from cmq.opendata.freshness import last_changed
from cmq.opendata.models import Snapshot
from cmq.opendata.schema import table_schema
from cmq.opendata.snapshots import pieces_of

REBUILD = Path(__file__).resolve().parent / "data" / "reconstruire.py"
# What the journal says of the register itself is public. Of the rest (people, files, money), it is only told that a
# line is there: its place and its digest.
_PUBLIC_MODELS = (Campus, CampusFact, CampusName, CampusArea, CampusLink, Partnership, LabelDecision)
_CHUNK = 2_000
_LICENCE = {
    "name": "etalab-2.0",
    "title": "Licence Ouverte 2.0",
    "path": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
}


def export_all(folder: Path, publisher: Publisher, *, at: dt.datetime | None = None) -> list[Path]:
    """Write everything that is public into a folder that is empty or not there. Returns the files.

    Raises `Refusal` for a folder that holds something.
    """
    at = at or timezone.now()
    require(not folder.exists() or (folder.is_dir() and not any(folder.iterdir())), "Ce dossier n’est pas vide.")
    folder.mkdir(parents=True, exist_ok=True)
    on, files = timezone.localdate(at), list[Path]()
    resources = []
    for dataset in DATASETS.values():
        resources.append(_write_dataset(folder, dataset, publisher, on))
    journal = _write(folder / "journal.jsonl", (line + b"\n" for line in journal_lines()))
    resources.append({"name": "journal", "path": "journal.jsonl", "format": "jsonl", **journal})
    snapshots = list(Snapshot.objects.order_by("dataset", "taken_on"))
    resources += [_write_snapshot(folder, each) for each in snapshots if default_storage.exists(each.file)]
    changed = {each: last_changed(each) for each in DATASETS.values()}
    graph = catalogue.graph_of(changed, publisher, snapshots)
    for form in SERIALISATIONS:
        _write(folder / f"catalogue.{form.extension}", [catalogue.serialised(graph, form)])
    _write(folder / "LISEZMOI.md", [_readme(publisher, at).encode()])
    shutil.copyfile(REBUILD, folder / REBUILD.name)
    package = {
        "profile": "data-package",
        "name": "registre-des-campus",
        "title": f"Registre public – {publisher.site}",
        "homepage": publisher.url,
        "created": at.isoformat(timespec="seconds"),
        "licenses": [_LICENCE],
        "register": dict(zip(("position", "digest"), feed.public_version(), strict=True)),
        "resources": resources,
    }
    _write(folder / "datapackage.json", [orjson.dumps(package, option=orjson.OPT_INDENT_2)])
    files += sorted(path for path in folder.rglob("*") if path.is_file())
    return files


def journal_lines() -> Iterator[bytes]:
    """The journal as everyone may read it: every line has its position and its digest, those of the register their
    words too."""
    labels = {model._meta.label_lower for model in _PUBLIC_MODELS}
    fictional = _fictional()
    for change in Change.objects.order_by("position").iterator(chunk_size=_CHUNK):
        told: dict[str, Any] = {"position": change.position, "digest": change.digest}
        if change.model in labels and not change.is_private and change.key not in fictional[change.model]:
            told |= {
                "at": change.at.isoformat(),
                **{name: getattr(change, name) for name in ("act", "model", "key", "summary", "diff")},
            }
        yield orjson.dumps(told)


def _fictional() -> dict[str, set[str]]:
    """The keys of the demonstration in each kind of object."""
    found = {}
    for model in _PUBLIC_MODELS:
        where = {Campus: "is_demo", CampusLink: "from_campus__is_demo"}.get(model, "campus__is_demo")
        keys = model._default_manager.filter(**{where: True}).values_list("pk", flat=True)
        found[model._meta.label_lower] = {str(key) for key in keys}
    return found


def _write_dataset(folder: Path, dataset: Dataset, publisher: Publisher, on: dt.date) -> dict[str, Any]:
    """One dataset as NDJSON and CSV with its Table Schema and its documentation; its entry of the data package."""
    slug, url = dataset.slug, f"{publisher.url}/donnees/{dataset.slug}/"
    told = _write(folder / "donnees" / f"{slug}.ndjson", write_ndjson(dataset, dataset.rows(on=on)))
    _write(folder / "donnees" / f"{slug}.csv", write_csv(dataset, dataset.rows(on=on)))
    schema = table_schema(dataset, url=url)
    _write(folder / "donnees" / f"{slug}.schema.json", [orjson.dumps(schema, option=orjson.OPT_INDENT_2)])
    _write(folder / "documentation" / f"{slug}.md", [_documentation(dataset).encode()])
    return {
        "name": slug,
        "title": dataset.title,
        "path": f"donnees/{slug}.ndjson",
        "format": "ndjson",
        "schema": schema,
        "sources": [{"title": source} for source in dataset.sources],
        **told,
    }


def _write_snapshot(folder: Path, snapshot: Snapshot) -> dict[str, Any]:
    name = f"{snapshot.dataset}-{snapshot.taken_on.isoformat()}"
    told = _write(folder / "instantanes" / f"{name}.ndjson", pieces_of(snapshot))
    return {"name": name, "path": f"instantanes/{name}.ndjson", "format": "ndjson", **told}


def _write(path: Path, pieces: Iterable[bytes]) -> dict[str, Any]:
    """Write a file piece by piece; its size and digest as a data package has them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    told, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        for piece in pieces:
            file.write(piece)
            told.update(piece)
            size += len(piece)
    return {"bytes": size, "hash": f"sha256:{told.hexdigest()}", "encoding": "utf-8"}


def _documentation(dataset: Dataset) -> str:
    lines = [f"# {dataset.title}", "", dataset.description, ""]
    lines += [dataset.limits, ""] if dataset.limits else []
    lines += [f"Une ligne par {dataset.row_is}. Clé : {', '.join(dataset.key)}. {dataset.licence}.", ""]
    lines += ["| colonne | ce que c’est | type | unité | exemple | source |", "|---|---|---|---|---|---|"]
    for column in dataset.columns:
        cells = (f"`{column.name}`", column.meaning, column.kind.value, column.unit, column.example, column.source)
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _readme(publisher: Publisher, at: dt.datetime) -> str:
    return f"""# Le registre public des campus, en entier

Écrit par {publisher.site} ({publisher.url}) le {timezone.localtime(at):%d/%m/%Y à %H:%M}. {_LICENCE["title"]}.

- `donnees/` : chaque jeu en NDJSON et en CSV, avec son Table Schema ;
- `documentation/` : ce que chaque colonne veut dire ;
- `instantanes/` : ce que les jeux étaient, jour par jour ;
- `journal.jsonl` : le journal du registre, ligne par ligne. Les lignes qui ne sont pas publiques (personnes, dossiers,
  moyens) n’y ont que leur place et leur empreinte ;
- `catalogue.*` : le catalogue DCAT-AP ;
- `datapackage.json` : tous les fichiers de données, avec leur taille et leur SHA-256 (specs.frictionlessdata.io).

Pour en faire une copie en lecture seule, dans une base SQLite, avec Python 3.11 et rien d’autre :

    python reconstruire.py copie.sqlite3

Le programme vérifie d’abord chaque fichier, et s’arrête si un seul a changé.
"""
