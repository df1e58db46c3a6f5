"""A bare Django view, the yardstick of the web figures."""

import os

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

if not settings.configured:
    settings.configure(
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        SECRET_KEY=os.environ.get("CMQ_SECRET_KEY", "only for measuring"),
        MIDDLEWARE=[],
    )


def hello(request: HttpRequest) -> HttpResponse:
    """The least that Django can do."""
    return HttpResponse(b"hello")


urlpatterns = [path("", hello)]
application = WSGIHandler()
