"""The addresses of the API: what it has, its description, lists, single rows, and what tokens open."""

import re
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cmq.core.errors import Refusal
from cmq.opendata import freshness
from cmq.opendata.datasets import DATASETS
from cmq.opendata.formats import as_json
from cmq.opendata.models import ApiToken
from cmq.web import page_cache
from cmq.web.api import openapi, reading
from cmq.web.api.gate import JSON, api, conditional
from cmq.web.api.parameters import given, one
from cmq.web.api.problems import FORBIDDEN, NOT_FOUND, ApiError, bad
from cmq.web.api.resources import PRIVATE, PUBLIC, Resource
from cmq.web.public.past_data import differences

OPENAPI = "application/vnd.oai.openapi+json"


@api()
def index(request: HttpRequest) -> HttpResponse:
    """The resources, each with its address and what it is."""
    given(request.GET, ())
    return _told(request, _kept(request, lambda: as_json(openapi.index(settings.SITE_URL))))


@api(media_type=OPENAPI)
def description(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document."""
    given(request.GET, ())
    body, etag = _kept(request, lambda: as_json(openapi.document(settings.SITE_URL)))
    return _told(request, (body, etag), media_type=f"{OPENAPI};version=3.1")


@api()
def listing(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of a public resource."""
    resource = _public(slug)
    asked = given(request.GET, reading.parameters_of(resource))
    response = _told(request, _body(request, resource, lambda: _page(request, resource, asked)))
    return _with_next(response)


@api()
def row(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One row of a public resource."""
    resource = _public(slug)
    asked = given(request.GET, reading.shape_of(resource))
    on = timezone.localdate()
    return _told(request, _body(request, resource, lambda: as_json(reading.single(resource, key, asked, on=on))))


@api()
def changes(request: HttpRequest, slug: str) -> HttpResponse:
    """What changed in a dataset since a day."""
    resource = _public(slug)
    if slug not in DATASETS:
        raise ApiError(NOT_FOUND, f"« {slug} » n’a pas d’instantanés.")
    asked = given(request.GET, reading.SINCE)

    def make() -> bytes:
        try:
            return as_json(differences(resource.dataset, one(asked, "depuis")).as_json())
        except Refusal as refusal:
            raise bad("depuis", str(refusal)) from refusal

    return _told(request, _kept(request, make))


@api(needs_token=True)
def private_listing(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of what a token opens."""
    resource, token = _private(slug, request)
    asked = given(request.GET, reading.parameters_of(resource))
    return _with_next(_private_answer(_page(request, resource, asked, token)))


@api(needs_token=True)
def private_row(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One row of what a token opens."""
    resource, token = _private(slug, request)
    asked = given(request.GET, reading.shape_of(resource))
    return _private_answer(as_json(reading.single(resource, key, asked, on=timezone.localdate(), token=token)))


@api()
def nothing(request: HttpRequest) -> HttpResponse:
    """Every other address below the API's."""
    raise ApiError(NOT_FOUND, "Il n’y a rien à cette adresse de l’API. La liste des ressources est à /api/v1/.")


def _page(request: HttpRequest, resource: Resource, asked: Any, token: ApiToken | None = None) -> bytes:
    found = reading.page(resource, asked, on=timezone.localdate(), token=token)
    address = f"{settings.SITE_URL}/api/v1/{resource.path}"
    return as_json({"data": found.rows, "next": f"{address}?{found.next_query}" if found.next_query else None})


def _public(slug: str) -> Resource:
    if slug not in PUBLIC:
        raise ApiError(NOT_FOUND, f"L’API n’a pas de ressource « {slug[:60]} ». On connaît : {', '.join(PUBLIC)}.")
    return PUBLIC[slug]


def _private(slug: str, request: HttpRequest) -> tuple[Resource, ApiToken]:
    resource, token = PRIVATE.get(slug), request.api_token  # type: ignore[attr-defined]
    if resource is None or resource.internal is None:
        raise ApiError(NOT_FOUND, f"Aucun jeton n’ouvre « {slug[:60]} ». On connaît : {', '.join(PRIVATE)}.")
    if token.scope != resource.internal.scope:
        raise ApiError(FORBIDDEN, f"Votre jeton ouvre autre chose : {token.about}.")
    return resource, token


def _kept(request: HttpRequest, make: Any) -> tuple[bytes, str]:
    """Bytes that stay the same until the register changes, kept by their address in its stable form."""
    pairs = sorted((name, value) for name, values in request.GET.lists() for value in values)
    return page_cache.kept(f"{request.path}?{urlencode(pairs)}", make)


def _body(request: HttpRequest, resource: Resource, make: Any) -> tuple[bytes, str]:
    if resource.is_timed or len(request.META.get("QUERY_STRING", "")) > page_cache.MAX_QUERY:
        body = make()
        return body, page_cache.tag_of(body)
    return _kept(request, make)


def _told(request: HttpRequest, kept: tuple[bytes, str], media_type: str = JSON) -> HttpResponse:
    body, etag = kept
    modified = int(freshness.moved_at().timestamp())
    return conditional(request, body, etag=etag, modified=modified, media_type=media_type)


def _private_answer(body: bytes) -> HttpResponse:
    response = HttpResponse(body, content_type=JSON)
    response.headers["Cache-Control"] = "private, no-store"
    return response


_NEXT = re.compile(rb'"next":"([^"]+)"\}$')


def _with_next(response: HttpResponse) -> HttpResponse:
    """RFC 8288: the next page as a header too."""
    found = _NEXT.search(response.content[-2_500:])
    if found:
        response.headers["Link"] = f'<{found[1].decode()}>; rel="next"'
    return response
