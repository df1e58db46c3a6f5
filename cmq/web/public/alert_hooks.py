"""What mail programs press to stop an alert: the one address of alerts that takes a form from elsewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from cmq.alerts import actions
from cmq.web import errors
from cmq.web.public.employers import private

_READ_AND_ACT = ("GET", "HEAD", "POST")


# RFC 8058: mail programs press the button from elsewhere, without a cookie; the key of the address stands for it.
@csrf_exempt
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """A button that stops; a POST stops, whoever sends it. Stopping twice is no error."""
    if request.method not in _READ_AND_ACT:
        return errors.method_not_allowed(request, list(_READ_AND_ACT))
    if request.method == "POST":
        actions.stop(token)
        return private(redirect("alert_stopped"))
    saved = actions.find(token)
    if saved is None:
        return private(render(request, "public/alerts/none.html", status=404))
    return private(render(request, "public/alerts/stop.html", {"saved": saved}))
