"""What datasets were, and what changed since: snapshots as files, the differences as a page and as a file."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from cmq.core.errors import Refusal, require
from cmq.opendata import snapshots
from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets import DATASETS
from cmq.opendata.models import Snapshot
from cmq.opendata.snapshots import Changes
from cmq.web.downloads import as_file
from cmq.web.public.common import read_only

SHOWN = 100  # rows of each kind
_FOREVER = "public, max-age=31536000, immutable"


@read_only
def snapshot(request: HttpRequest, slug: str, day: str) -> Any:
    """A snapshot as NDJSON; its address says the same for ever."""
    found = get_object_or_404(Snapshot, dataset=slug, taken_on=_day(day))
    try:
        pieces = snapshots.pieces_of(found)
        first = next(pieces, b"")
    except FileNotFoundError as error:
        raise Http404 from error
    response = StreamingHttpResponse(_after(first, pieces), content_type="application/x-ndjson")
    name = f"{slug}-{day}.ndjson"
    response.headers["Content-Disposition"] = as_file(name)
    response.headers["Cache-Control"] = _FOREVER
    response.headers["ETag"] = f'"{found.digest}"'
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@read_only
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed in a dataset since a day; 400 for what is no day or before the first snapshot."""
    dataset = _dataset(slug)
    asked = request.GET.get("depuis", "").strip()
    taken = Snapshot.objects.filter(dataset=slug)
    context: dict[str, Any] = {"dataset": dataset, "snapshots": taken, "typed": asked[:20], "shown": SHOWN}
    try:
        if asked:
            context |= _shown(dataset, differences(dataset, asked))
    except Refusal as refusal:
        context["problem"] = str(refusal)
    return render(request, "public/opendata/changes.html", context, status=400 if "problem" in context else 200)


@read_only
def changes_file(request: HttpRequest, slug: str) -> HttpResponse:
    """The same as JSON."""
    try:
        told = differences(_dataset(slug), request.GET.get("depuis", "").strip()).as_json()
    except Refusal as refusal:
        return HttpResponse(str(refusal), status=400, content_type="text/plain; charset=utf-8")
    response = JsonResponse(told, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def differences(dataset: Dataset, asked: str) -> Changes:
    """What changed since a typed day. Raises `Refusal` when nothing can be said."""
    try:
        day = dt.date.fromisoformat(asked)
    except ValueError:
        day = None
    require(day, "Donnez un jour, écrit comme 2026-11-28.")
    assert day is not None
    found = snapshots.in_force(dataset, day)
    if found is None:
        first = Snapshot.objects.filter(dataset=dataset.slug).last()
        known = f"le premier instantané est du {first.taken_on:%d/%m/%Y}" if first else "aucun instantané n’est pris"
        raise Refusal(f"On ne sait pas ce qu’était ce jeu le {day:%d/%m/%Y} : {known}.")
    try:
        return snapshots.changes_since(dataset, found, on=timezone.localdate())
    except FileNotFoundError as error:
        raise Refusal("Le fichier de cet instantané manque : on ne peut plus comparer.") from error


def _shown(dataset: Dataset, found: Changes) -> dict[str, Any]:
    """What the page shows: the first rows of each kind, by their key and their first name or title."""
    named = next((name for name in ("nom", "titre", "intitule", "organisation") if name in dataset.names), "")
    lists = {"added": found.added, "removed": found.removed}
    told = {name: [(row[dataset.key[0]], row.get(named)) for row in rows[:SHOWN]] for name, rows in lists.items()}
    return {"changes": found, "shown_slice": f":{SHOWN}", **told}


def _dataset(slug: str) -> Dataset:
    if slug not in DATASETS:
        raise Http404
    return DATASETS[slug]


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error


def _after(first: bytes, pieces: Any) -> Any:
    yield first
    yield from pieces
