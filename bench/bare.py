"""The site with one page more, for measure: a bare one for who is logged in, everything it says already read."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from cmq.web.espace.access import READ, logged_in

draw: Callable[[], str] = str


@logged_in(*READ)
def bare(request: HttpRequest) -> HttpResponse:
    """Whoever asks must be known, as on any page of the workspace; then the page is drawn."""
    assert request.user.pk
    return HttpResponse(draw())


urlpatterns = [path("nue/", bare), path("", include("cmq.urls"))]
