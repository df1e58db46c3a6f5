"""A page of rows, or one row: chosen, expanded, cut to its fields, with the cursor of what follows."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.db.models import QuerySet

from cmq.opendata.columns import Kind
from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets import DATASETS
from cmq.opendata.models import ApiToken
from cmq.web.api.parameters import Given, Parameter, listed, one
from cmq.web.api.problems import NOT_FOUND, ApiError, bad
from cmq.web.api.resources import Resource

USUAL, MOST, MOST_WITH_LISTS = 50, 200, 20
_GREATEST_KEY = 2**63 - 1
Row = dict[str, Any]
Values = tuple[Any, ...]

FIELDS = "Les seules colonnes voulues, séparées par des virgules."
EXPAND = "Ce que chaque ligne porte avec elle, séparé par des virgules."
LIMIT = Parameter(
    *("limit", f"Lignes par page, {MOST} au plus ({MOST_WITH_LISTS} avec des listes de « expand »).", "50"),
    schema=(("type", "integer"), ("minimum", 1), ("maximum", MOST), ("default", USUAL)),
)
CURSOR = Parameter(
    *("cursor", "Où reprendre : la valeur est dans « next » de la page d’avant, et ne se fabrique pas."),
    schema=(("type", "string"), ("minLength", 1), ("maxLength", 600)),
)


SINCE = (
    Parameter(
        *("depuis", "Le jour depuis lequel comparer, à partir du premier instantané.", "2026-11-28"),
        schema=(("type", "string"), ("format", "date")),
    ),
)


def shape_of(resource: Resource) -> tuple[Parameter, ...]:
    """The parameters by which the rows of a resource are cut and expanded."""
    names = resource.dataset.names
    shape = [Parameter("fields", FIELDS, ",".join(names[:2]), lambda: names, is_list=True)]
    if resource.expandable:
        known = resource.expandable
        shape.append(Parameter("expand", EXPAND, known[0], lambda: known, is_list=True))
    return tuple(shape)


def parameters_of(resource: Resource) -> tuple[Parameter, ...]:
    """All that a list may be asked."""
    return (*resource.filters, *shape_of(resource), LIMIT, CURSOR)


@dataclass(frozen=True)
class Page:
    """Rows, and the query of the next page; None after the last."""

    rows: list[Row]
    next_query: str | None


def page(resource: Resource, given: Given, *, on: dt.date, token: ApiToken | None = None) -> Page:
    """A page of a resource. Raises `ApiError` for a parameter without meaning."""
    dataset = resource.dataset
    fields, expand = _shape(resource, given)
    limit = _limit(given, with_lists=bool(expand) and dataset.slug == "campus")
    rows = _rows(resource, on, token)
    rows = resource.narrow(rows, given, on) if resource.narrow else rows
    kept = [(name, value) for name in sorted(given) if name != "cursor" for value in given[name]]
    salt = (
        f"cmq.api:{resource.path}:{urlencode([pair for pair in kept if pair[0] not in ('limit', 'fields', 'expand')])}"
    )
    if "cursor" in given:
        beyond = "lt" if dataset.is_descending else "gt"
        rows = rows.filter(**{f"{dataset.key_field}__{beyond}": _opened(one(given, "cursor"), salt)})
    found = list(dataset.rows_of(rows.order_by(dataset.order)[: limit + 1], on=on))
    next_query = None
    if len(found) > limit:
        last = found[limit - 1][dataset.names.index(dataset.key[0])]
        next_query = urlencode([*kept, ("cursor", signing.Signer(salt=salt).sign_object(last))])
    return Page(_told(dataset, found[:limit], fields, expand, on), next_query)


def single(resource: Resource, key: str, given: Given, *, on: dt.date, token: ApiToken | None = None) -> Row:
    """One row by its key. Raises `ApiError`."""
    dataset = resource.dataset
    fields, expand = _shape(resource, given)
    column = next(column for column in dataset.columns if column.name == dataset.key[0])
    is_number = column.kind == Kind.INTEGER
    is_key = not is_number or (key.isascii() and key.isdigit() and len(key) < 20 and int(key) <= _GREATEST_KEY)
    rows = _rows(resource, on, token).filter(**{dataset.key_field: key})[:1] if is_key else None
    found = [] if rows is None else list(dataset.rows_of(rows, on=on))
    if not found:
        raise ApiError(NOT_FOUND, f"« {dataset.title} » n’a pas de ligne « {key[:60]} ».")
    return _told(dataset, found, fields, expand, on)[0]


def _rows(resource: Resource, on: dt.date, token: ApiToken | None) -> "QuerySet[Any]":
    rows = resource.dataset.queryset(on=on)
    if resource.internal is None:
        return rows
    if token is None:
        raise ValueError("internal rows are read with a token only")
    return resource.internal.of(token, rows)


def _shape(resource: Resource, given: Given) -> tuple[tuple[str, ...], tuple[str, ...]]:
    fields = listed(given, "fields", resource.dataset.names, "une colonne")
    return fields, listed(given, "expand", resource.expandable, "une liaison")


def _limit(given: Given, *, with_lists: bool) -> int:
    most = MOST_WITH_LISTS if with_lists else MOST
    typed = one(given, "limit")
    if not typed:
        return min(USUAL, most)
    if typed.isascii() and typed.isdigit() and len(typed) < 8 and 1 <= int(typed) <= most:
        return int(typed)
    raise bad("limit", f"« limit » va de 1 à {most}. Pour tout lire, suivez « next », ou prenez le fichier entier.")


def _opened(cursor: str, salt: str) -> Any:
    try:
        return signing.Signer(salt=salt).unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        message = "Ce curseur n’est pas de cette liste : reprenez « next » de la page d’avant, avec les mêmes filtres."
        raise bad("cursor", message) from error


def _told(
    dataset: Dataset, found: Sequence[Values], fields: tuple[str, ...], expand: tuple[str, ...], on: dt.date
) -> list[Row]:
    names = dataset.names
    rows = [dict(zip(names, row, strict=True)) for row in found]
    keys = [row.get("identifiant") for row in rows]
    if fields:
        rows = [{name: row[name] for name in fields} for row in rows]
    for name in expand:
        if name == "campus":
            _with_campus(rows, fields, on)
        else:
            _with_lists(rows, keys, DATASETS[name], on)
    return rows


def _with_campus(rows: list[Row], fields: tuple[str, ...], on: dt.date) -> None:
    """Each row with its whole campus, where only its identifier stood."""
    if fields and "campus" not in fields:
        raise bad("expand", "Pour développer « campus », gardez cette colonne dans « fields ».")
    campuses = DATASETS["campus"]
    wanted = {row["campus"] for row in rows if row["campus"]}
    found = campuses.rows_of(campuses.queryset(on=on).filter(slug__in=wanted), on=on)
    by_slug = {row[0]: dict(zip(campuses.names, row, strict=True)) for row in found}
    for row in rows:
        row["campus"] = by_slug.get(row["campus"])


def _with_lists(rows: list[Row], keys: list[Any], dataset: Dataset, on: dt.date) -> None:
    """Each campus with its rows in another dataset."""
    things = dataset.queryset(on=on).filter(**{f"{dataset.campus_path}__slug__in": keys}).order_by(dataset.order)
    found = defaultdict(list)
    for values in dataset.rows_of(things, on=on):
        row = dict(zip(dataset.names, values, strict=True))
        found[row["campus"]].append(row)
    for row, key in zip(rows, keys, strict=True):
        row[dataset.slug] = found[key]
