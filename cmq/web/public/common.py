"""What the public views share."""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from cmq.search.directory import CampusRow
from cmq.web import errors
from cmq.web.page_cache import public_page

View = Callable[..., HttpResponse]


def public(view: View) -> View:
    """A page that can only be read, the same for every anonymous visitor until the register changes."""
    kept = public_page(view)

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return errors.method_not_allowed(request, ["GET", "HEAD"])
        return kept(request, *args, **kwargs)

    return wrapper


def read_only(view: View) -> View:
    """A page that can only be read, and is drawn for each reader: kept pages would outlive the index's own changes."""

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return errors.method_not_allowed(request, ["GET", "HEAD"])
        return view(request, *args, **kwargs)

    return wrapper


def parameters(request: HttpRequest) -> dict[str, Sequence[str]]:
    """The parameters of the address: name → values."""
    return dict(request.GET.lists())


def real(rows: Iterable[CampusRow]) -> list[CampusRow]:
    """Without the demonstration, which no figure counts."""
    return [row for row in rows if not row.is_demo]
