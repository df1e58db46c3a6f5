"""The site with one page more, for measure: what a search page costs when everything on it is already known.

`/nue/?…` answers as `/recherche/?…`: the first time for good, then by drawing the same template from the same context.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")

from collections.abc import Callable

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

served = get_wsgi_application()

from cmq.web.public import search as page  # noqa: E402

_known: dict[str, Callable[[], HttpResponse]] = {}


def bare(request: HttpRequest) -> HttpResponse:
    """The page, its view called once for each question."""
    question = request.META["QUERY_STRING"]
    if question not in _known:
        draw = page.render

        def keep(request: HttpRequest, template: str, context: dict, **options: object) -> HttpResponse:
            _known[question] = lambda: draw(request, template, context, **options)
            return _known[question]()

        page.render = keep
        try:
            return page.search(request)
        finally:
            page.render = draw
    return _known[question]()


settings.ROOT_URLCONF = "bench.bare_search"
urlpatterns = [path("nue/", bare), path("", include("cmq.urls"))]
