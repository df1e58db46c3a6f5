"""What machines post to the letter: a mail program that unsubscribes its owner, a mail service that reports returns.

They have no page of ours, so no token against forged forms: what they post is believed for the HMAC that it bears, and
for nothing else. No cookie is read here.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from cmq.newsletter import links, returns
from cmq.newsletter.actions import returning, subscribing
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import End
from cmq.web import errors
from cmq.web.public.newsletter import private

MOST_BYTES = 500_000
_ACTS = ("GET", "HEAD", "POST")
ONE_CLICK = ("List-Unsubscribe", "One-Click")


@csrf_exempt
def unsubscribe(request: HttpRequest, number: int, token: str) -> HttpResponse:
    """The link under each letter and in its header (RFC 8058). Only a POST ends anything: scanners follow links.

    A second POST finds nothing to end, and says the same as the first.
    """
    if request.method not in _ACTS:
        return errors.method_not_allowed(request, list(_ACTS))
    if request.method == "POST":
        is_machine = request.POST.get(ONE_CLICK[0]) == ONE_CLICK[1]
        subscribing.stop(Purpose.STOP, token, end=End.ONE_CLICK if is_machine else End.STOPPED, issue=number)
        if is_machine:
            return private(HttpResponse("Désabonnement enregistré.\n", content_type="text/plain; charset=utf-8"))
        return private(redirect("newsletter_left"))
    found = links.find(Purpose.STOP, token)
    template = "unsubscribe" if found else "no_subscription"
    return private(render(request, f"public/newsletter/{template}.html", status=200 if found else 404))


@csrf_exempt
def returned(request: HttpRequest) -> HttpResponse:
    """What a mail service says came back, signed with the secret shared with it (`docs/guide/lettre.md`)."""
    if request.method != "POST":
        return errors.method_not_allowed(request, ["POST"])
    if not settings.LETTER_WEBHOOK_SECRET:
        raise Http404
    if len(request.body) > MOST_BYTES:
        return _said("Trop long.", 413)
    signature = request.headers.get("X-CMQ-Signature", "")
    try:
        found = returns.read_posted(request.body, signature, secret=settings.LETTER_WEBHOOK_SECRET)
    except PermissionError:
        return _said("Signature fausse ou trop ancienne.", 403)
    except returns.BadReport as bad:
        return _said(str(bad), 400)
    new = sum(returning.take(each) for each in found)
    return _said(f"Retours nouveaux : {new}.", 200)


def _said(text: str, status: int) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
