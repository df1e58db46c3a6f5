"""The pages of the API for people: what it is, what changed, and a form to try it without writing a program."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from cmq.opendata.formats import as_json
from cmq.web.api import changelog, reading
from cmq.web.api.openapi import VERSION
from cmq.web.api.parameters import Parameter, given
from cmq.web.api.problems import KINDS, ApiError, answer
from cmq.web.api.resources import PRIVATE, PUBLIC, Resource
from cmq.web.public.common import public, read_only

# What the page of a try shows of an answer.
MOST_SHOWN = 20_000  # characters


@dataclass(frozen=True)
class Field:
    """One parameter as a field of the form."""

    parameter: Parameter
    value: str
    choices: tuple[str, ...]


@public
def api_page(request: HttpRequest) -> HttpResponse:
    """What the API is: resources, rules, errors, change log."""
    context = {
        "version": VERSION,
        "resources": PUBLIC.values(),
        "private": PRIVATE.values(),
        "problems": KINDS,
        "changes": changelog.CHANGES,
        "leaving": changelog.LEAVING,
        "per_minute": settings.API_PER_MINUTE,
        "per_minute_with_token": settings.API_PER_MINUTE_WITH_TOKEN,
        "most": reading.MOST,
    }
    return render(request, "public/api/api.html", context)


@read_only
def try_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A call of the API as a form, and its answer: drawn here, without a script."""
    resource = PUBLIC.get(slug)
    if resource is None:
        raise Http404
    known = reading.parameters_of(resource)
    query = _filled(request.GET)
    context = {
        "resource": resource,
        "resources": PUBLIC.values(),
        "fields": [_field(each, query) for each in known],
        "address": f"{settings.SITE_URL}/api/v1/{slug}{'?' if query else ''}{query.urlencode()}",
        **(_answered(request, resource, known, query) if query else {}),
    }
    return render(request, "public/api/try.html", context)


def _filled(query: QueryDict) -> QueryDict:
    """What a form sends of its empty fields is not asked."""
    pairs = [(name, value) for name, values in query.lists() for value in values if value.strip()]
    return QueryDict(urlencode(pairs))


def _field(parameter: Parameter, query: QueryDict) -> Field:
    choices = () if parameter.is_list or parameter.choices is None else tuple(parameter.choices())
    return Field(parameter, query.get(parameter.name, ""), choices)


def _answered(
    request: HttpRequest, resource: Resource, known: tuple[Parameter, ...], query: QueryDict
) -> dict[str, Any]:
    """Status and text of the answer, as a program would get it."""
    try:
        page = reading.page(resource, given(query, known), on=timezone.localdate())
        address = f"{settings.SITE_URL}/api/v1/{resource.path}"
        body = as_json({"data": page.rows, "next": f"{address}?{page.next_query}" if page.next_query else None})
        status, media_type = 200, "application/json"
    except ApiError as error:
        refused = answer(request, error)
        body, status, media_type = refused.content, refused.status_code, refused.headers["Content-Type"]
    text = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    shown = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}\n…"
    return {"status": status, "media_type": media_type, "answer": shown, "is_cut": len(text) > MOST_SHOWN}
