"""The site with one page more: a bare one for who is logged in, its text already known, for measure."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from cmq.web.espace.access import READ, logged_in

text = b""


@logged_in(*READ)
def bare(request: HttpRequest) -> HttpResponse:
    """Whoever asks must be known, as on any page of the workspace; then the text as it stands."""
    assert request.user.pk
    return HttpResponse(text)


urlpatterns = [path("nue/", bare), path("", include("cmq.urls"))]
