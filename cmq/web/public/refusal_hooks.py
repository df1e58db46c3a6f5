"""What browsers post when our policy made them refuse something (`web.security`).

A browser has no page of ours to take a token from, and sends its reports by itself: they change counts, nothing else.
"""

from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from cmq.service import refusals
from cmq.web import errors

_TYPES = ("application/reports+json", "application/csp-report", "application/json")
UNKNOWN = "(adresse inconnue)"


@csrf_exempt
def browser_refusals(request: HttpRequest) -> HttpResponse:
    """Count what is reported, without a trace of the reader: 204; 400 for anything else, 413 for too much."""
    if request.method != "POST":
        return errors.method_not_allowed(request, ["POST"])
    if int(request.META.get("CONTENT_LENGTH") or 0) > refusals.MOST_BYTES:
        return HttpResponse(status=413, headers={"Connection": "close"})
    if request.content_type not in _TYPES:
        return HttpResponse(status=415)
    try:
        found = refusals.read(request.body)
    except refusals.BadReport:
        return HttpResponse(status=400)
    ours = [each for each in found if urlsplit(each.page).netloc == request.get_host()]
    counted = [(each.directive, each.blocked, _pattern(each.page)) for each in ours]
    refusals.keep(counted, on=timezone.localdate())
    return HttpResponse(status=204)


def _pattern(page: str) -> str:
    """The form of an address of ours, without what is in it: `/campus/<slug:slug>/`."""
    try:
        return f"/{resolve(urlsplit(page).path).route}"
    except Resolver404:
        return UNKNOWN
