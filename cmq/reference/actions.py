"""Loading the reference data that the product carries into the database."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from cmq.core.feed import change_set, record_bulk
from cmq.core.inserting import Rows, write_rows
from cmq.core.text import fold
from cmq.reference.files import (
    ACADEMIES_ATTRIBUTION,
    ATTRIBUTION,
    FILIERES_ATTRIBUTION,
    LEVELS_ATTRIBUTION,
    SCHOOLS_ATTRIBUTION,
    content,
    rows,
)
from cmq.reference.models import (
    Academie,
    Commune,
    CommunePostcode,
    Departement,
    DiplomaLevel,
    Epci,
    Filiere,
    FiliereName,
    LoadedReference,
    Region,
    School,
)
from cmq.reference.queries import folded_place

Progress = Callable[[str], None]

# To be raised when the same files give other rows than before, so that sites load them again.
_LOADER_VERSION = 1


def _silent(message: str) -> None:
    """Say nothing."""


def load_reference(*, progress: Progress = _silent) -> bool:
    """Bring the reference tables to the data that the product carries, in one transaction.

    Args:
        progress: called with one French line for each table that is loaded.
    Returns whether anything was loaded: False, at once, when the tables already hold these data.
    A row that the data no longer have is removed, unless another row of the site refers to it: then it stays.
    """
    if not _parts_to_load():
        return False
    with change_set(by=None):
        # Asked again under the lock: another process, started at the same time, may have just loaded them.
        _lock()
        parts = _parts_to_load()
        for part in parts:
            part.load(progress)
            LoadedReference.objects.update_or_create(
                name=part.name,
                defaults={"digest": part.digest(), "loaded_at": timezone.now(), "attribution": part.attribution},
            )
    return bool(parts)


@dataclass(frozen=True)
class _Part:
    """A part of the reference data that is loaded as a whole when one of its files changes."""

    name: str
    files: tuple[str, ...]
    attribution: str
    load: Callable[[Progress], None]

    def digest(self) -> str:
        """SHA-256 of what the files hold (not of how they are packed)."""
        whole = hashlib.sha256(str(_LOADER_VERSION).encode())
        for name in self.files:
            whole.update(hashlib.sha256(content(name)).digest())
        return whole.hexdigest()


def _parts_to_load() -> list[_Part]:
    loaded = dict(LoadedReference.objects.values_list("name", "digest"))
    return [part for part in _PARTS if loaded.get(part.name) != part.digest()]


def _lock() -> None:
    """Let one process load at a time: who comes second waits here for the first one's commit."""
    awaited = [LoadedReference(name=part.name, digest="0" * 64, loaded_at=timezone.now()) for part in _PARTS]
    LoadedReference.objects.bulk_create(awaited, ignore_conflicts=True)
    list(LoadedReference.objects.select_for_update().order_by("name"))


def _load_territories(progress: Progress) -> None:
    communes = rows("communes.csv.gz")
    tables: list[tuple[type[models.Model], Rows]] = [
        (Region, rows("regions.csv.gz")),
        (Academie, [{**row, "region_id": row["region"]} for row in rows("academies.csv")]),
        (
            Departement,
            [
                {**row, "region_id": row["region"], "academie_id": row["academie"] or None}
                for row in rows("departements.csv.gz")
            ],
        ),
        (Epci, [{**row, "population": _whole_number(row["population"])} for row in rows("epci.csv.gz")]),
        (Commune, [_commune(row) for row in communes]),
    ]
    for model, table in tables:
        _upsert(model, table, progress)
    _load_postcodes(communes, progress)
    # From the communes up, so that nothing removed is still referred to.
    for model, table in reversed(tables):
        _remove_others(model, table)


def _commune(row: dict[str, str]) -> dict[str, Any]:
    return {
        "insee_code": row["insee_code"],
        "name": row["name"],
        "folded_name": folded_place(row["name"]),
        "kind": row["kind"],
        "departement_id": row["departement"],
        "epci_id": row["epci"] or None,
        "parent_id": row["parent"] or None,
        "population": _whole_number(row["population"]),
        "latitude": _degrees(row["latitude"]),
        "longitude": _degrees(row["longitude"]),
    }


def _load_postcodes(communes: Iterable[dict[str, str]], progress: Progress) -> None:
    wanted = {(row["insee_code"], code) for row in communes for code in row["postcodes"].split()}
    present = {
        (commune, code): pk for pk, commune, code in CommunePostcode.objects.values_list("pk", "commune_id", "code")
    }
    CommunePostcode.objects.filter(pk__in=[pk for pair, pk in present.items() if pair not in wanted]).delete()
    missing = [{"commune_id": commune, "code": code} for commune, code in sorted(wanted - present.keys())]
    write_rows(CommunePostcode, missing)
    progress(f"Codes postaux : {len(wanted)}")


def _load_filieres(progress: Progress) -> None:
    filieres = [{**row, "position": int(row["position"])} for row in rows("filieres.csv")]
    _upsert(Filiere, filieres, progress, key="slug")
    by_slug = {filiere.slug: filiere for filiere in Filiere.objects.all()}
    names = [(row["slug"], row["name"]) for row in rows("filieres.csv")]
    names += [(row["filiere"], row["name"]) for row in rows("filieres_variantes.csv")]
    variants = [FiliereName(filiere=by_slug[slug], name=name, folded_name=fold(name)) for slug, name in names]
    FiliereName.objects.all().delete()
    FiliereName.objects.bulk_create(variants)
    _remove_others(Filiere, filieres, key="slug")


def _load_levels(progress: Progress) -> None:
    levels = [{**row, "level": int(row["level"])} for row in rows("niveaux.csv")]
    _upsert(DiplomaLevel, levels, progress)
    _remove_others(DiplomaLevel, levels)


def _load_schools(progress: Progress) -> None:
    schools = [{**row, "commune_id": row["commune"] or None} for row in rows("lycees.csv.gz")]
    _upsert(School, schools, progress)
    _remove_others(School, schools)


def _upsert(model: type[models.Model], table: Rows, progress: Progress, *, key: str = "") -> None:
    """Write every row of `table`, new or changed, and say so once in the feed."""
    key = key or model._meta.pk.name
    write_rows(model, table, key=key)
    keys = sorted(row[key] for row in table)
    name = str(model._meta.verbose_name_plural)
    record_bulk(
        model=model,
        count=len(table),
        first=keys[0],
        last=keys[-1],
        summary=f"Référentiel chargé : {name} ({len(table)}).",
    )
    progress(f"{name[:1].upper()}{name[1:]} : {len(table)}")


def _remove_others(model: type[models.Model], table: Rows, *, key: str = "") -> None:
    """Remove the rows of the model that `table` does not have, but for those that a row of another kind refers to."""
    key = key or model._meta.pk.name
    kept = {row[key] for row in table}
    others = {pk for pk, value in model._default_manager.values_list("pk", key) if value not in kept}
    if others:
        model._default_manager.filter(pk__in=others - _referred_to(model, others)).delete()


def _referred_to(model: type[models.Model], keys: set[Any]) -> set[Any]:
    """Those of `keys` that a foreign key of any floor points to; the postcodes that a commune owns do not count."""
    found: set[Any] = set()
    for relation in model._meta.get_fields(include_hidden=True):
        if not isinstance(relation, models.ManyToOneRel) or relation.related_model in (CommunePostcode, FiliereName):
            continue
        column = relation.field.attname
        pointing = relation.related_model._base_manager.filter(**{f"{column}__in": keys})
        found.update(pointing.values_list(column, flat=True))
    return found


def _whole_number(text: str) -> int | None:
    return int(text) if text else None


def _degrees(text: str) -> float | None:
    return float(text) if text else None


_PARTS = (
    _Part(
        "territoires",
        ("regions.csv.gz", "academies.csv", "departements.csv.gz", "epci.csv.gz", "communes.csv.gz"),
        f"{ATTRIBUTION} ; {ACADEMIES_ATTRIBUTION}",
        _load_territories,
    ),
    _Part("filieres", ("filieres.csv", "filieres_variantes.csv"), FILIERES_ATTRIBUTION, _load_filieres),
    _Part("niveaux", ("niveaux.csv",), LEVELS_ATTRIBUTION, _load_levels),
    _Part("lycees", ("lycees.csv.gz",), SCHOOLS_ATTRIBUTION, _load_schools),
)
