"""Open data: the datasets, the page and the files of each, and the catalogue that portals harvest."""

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import condition

from cmq.core.cells import cell
from cmq.opendata import catalogue, freshness
from cmq.opendata.catalogue import SERIALISATIONS, Publisher, Serialisation
from cmq.opendata.dataset import Dataset
from cmq.opendata.datasets import DATASETS
from cmq.opendata.formats import FORMATS, Format, formats_of
from cmq.opendata.models import Snapshot
from cmq.opendata.schema import table_schema
from cmq.web import page_cache
from cmq.web.downloads import as_file
from cmq.web.public.common import public, read_only

PREVIEW = 20
LICENCE_PAGE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
_HTML = "text/html"


@public
def open_data(request: HttpRequest) -> HttpResponse:
    """Every dataset, and the catalogue."""
    changed = {dataset: freshness.last_changed(dataset) for dataset in DATASETS.values()}
    context = {"datasets": changed.items(), "serialisations": SERIALISATIONS, "json_ld": _catalogue_json_ld()}
    return render(request, "public/opendata/list.html", context)


@public
def dataset(request: HttpRequest, slug: str) -> HttpResponse:
    """What a dataset is, its columns, its first rows, its files."""
    found = _known(slug)
    rows = list(islice(found.rows(on=timezone.localdate()), PREVIEW))
    context = {
        "dataset": found,
        "changed": freshness.last_changed(found),
        "rows": [[cell_of(value) for value in row] for row in rows],
        "formats": formats_of(found),
        "snapshots": Snapshot.objects.filter(dataset=slug),
        "licence_page": LICENCE_PAGE,
        "json_ld": _json_ld(found),
    }
    return render(request, "public/opendata/dataset.html", context)


def cell_of(value: Any) -> str:
    """A value as the preview shows it; dates and numbers as in a French spreadsheet."""
    if isinstance(value, dt.date):
        return f"{value:%d/%m/%Y}"
    text = " | ".join(value) if isinstance(value, list) else value if isinstance(value, str) else str(cell(value))
    return text if len(text) <= 120 else f"{text[:119]}…"


def conditional(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponse]:
    """For what anyone may fetch from anywhere, and need not fetch twice while nothing public has changed."""

    def told(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            response.headers["Cache-Control"] = page_cache.cache_control()
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    fresh = condition(lambda request, **_: _tag(request), lambda request, **_: freshness.moved_at())
    return read_only(fresh(told))


def _tag(request: HttpRequest) -> str:
    return freshness.tag(f"{request.path} {_wanted(request)}")


@conditional
def dataset_file(request: HttpRequest, slug: str, suffix: str) -> HttpResponseBase:
    """A dataset in one of its forms, row by row as they are read."""
    found = _known(slug)
    form = next((each for each in formats_of(found) if each.suffix == suffix), None)
    if form is None:
        raise Http404
    pieces = () if request.method == "HEAD" else form.write(found, found.rows(on=timezone.localdate()))
    return _download(pieces, form, f"{slug}{suffix}")


@conditional
def dataset_schema(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The Table Schema of a dataset."""
    found = _known(slug)
    url = f"{settings.SITE_URL}{reverse('dataset', args=[slug])}"
    return JsonResponse(table_schema(found, url=url), json_dumps_params={"ensure_ascii": False, "indent": 1})


@conditional
def data_catalogue(request: HttpRequest) -> HttpResponseBase:
    """The catalogue in the form that the reader prefers: 303 to the page for a browser, 406 for none of ours."""
    wanted = _wanted(request)
    if wanted == _HTML:
        response: HttpResponse = HttpResponseRedirect(reverse("open_data"), status=303)
    elif form := next((each for each in SERIALISATIONS if each.media_type == wanted), None):
        response = _catalogue(form)
    else:
        offered = ", ".join(each.media_type for each in SERIALISATIONS)
        said = f"Le catalogue existe en {offered}. Demandez l’une de ces formes par l’en-tête Accept."
        response = HttpResponse(said, status=406, content_type="text/plain; charset=utf-8")
    patch_vary_headers(response, ["Accept"])
    return response


@conditional
def data_catalogue_file(request: HttpRequest, extension: str) -> HttpResponseBase:
    """The catalogue in a named form."""
    return _catalogue(next(each for each in SERIALISATIONS if each.extension == extension))


def _wanted(request: HttpRequest) -> str | None:
    return request.get_preferred_type([*(form.media_type for form in SERIALISATIONS), _HTML])


def _known(slug: str) -> Dataset:
    if slug not in DATASETS:
        raise Http404
    return DATASETS[slug]


def _download(pieces: Iterator[bytes] | tuple[()], form: Format, name: str) -> HttpResponseBase:
    response = StreamingHttpResponse(pieces, content_type=form.media_type)
    response.headers["Content-Disposition"] = as_file(name)
    return response


def _catalogue(form: Serialisation) -> HttpResponse:
    changed = {each: freshness.last_changed(each) for each in DATASETS.values()}
    who = Publisher(settings.SITE_URL, settings.SITE_NAME, settings.SITE_OWNER, settings.CONTACT_EMAIL)
    content = catalogue.serialised(catalogue.graph_of(changed, who, Snapshot.objects.all()), form)
    return HttpResponse(content, content_type=f"{form.media_type}; charset=utf-8")


def _catalogue_json_ld() -> dict[str, Any]:
    page = f"{settings.SITE_URL}{reverse('open_data')}"
    datasets = [
        {"@type": "Dataset", "@id": f"{page}{slug}/", "name": each.title, "description": each.description}
        for slug, each in DATASETS.items()
    ]
    return {
        "@context": "https://schema.org",
        "@type": "DataCatalog",
        "@id": page,
        "url": page,
        "name": f"Données ouvertes – {settings.SITE_NAME}",
        "license": LICENCE_PAGE,
        "inLanguage": "fr",
        "dataset": datasets,
    }


def _json_ld(found: Dataset) -> dict[str, Any]:
    """schema.org: what search engines may say of the dataset."""
    page = f"{settings.SITE_URL}{reverse('dataset', args=[found.slug])}"
    files = [
        {
            "@type": "DataDownload",
            "name": form.name,
            "encodingFormat": form.media_type.split(";")[0],
            "contentUrl": f"{settings.SITE_URL}/donnees/{found.slug}{form.suffix}",
        }
        for form in formats_of(found)
    ]
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": page,
        "url": page,
        "name": found.title,
        "description": found.description,
        "license": LICENCE_PAGE,
        "isAccessibleForFree": True,
        "inLanguage": "fr",
        "keywords": list(found.keywords),
        "creator": {"@type": "Organization", "name": settings.SITE_OWNER or settings.SITE_NAME},
        "variableMeasured": [
            {"@type": "PropertyValue", "name": column.name, "description": column.meaning} for column in found.columns
        ],
        "distribution": files,
    }


SUFFIXES = "|".join(form.suffix.replace(".", r"\.") for form in FORMATS)
EXTENSIONS = "|".join(form.extension for form in SERIALISATIONS)
