"""Letters: what has left, and the models of all that can leave."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cmq.core import letters
from cmq.core.models import OutgoingMail
from cmq.organisations.rules import can_read_letter_models
from cmq.web.espace.access import READ, allow, keeper_of, logged_in, page

_FOR_WHOM = "Cette page est réservée aux gardiens du registre et au secrétariat des autorités."


@logged_in(*READ)
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter of the outbox; of one that bears somebody’s key, not the text."""
    keeper_of(request)
    return page(request, "espace/register/letter.html", {"letter": get_object_or_404(OutgoingMail, pk=pk)})


@logged_in(*READ)
def models(request: HttpRequest) -> HttpResponse:
    """Every letter that the product writes: to whom, when."""
    allow(can_read_letter_models(request.user), _FOR_WHOM)
    samples = [letters.sample(name) for name in letters.names()]
    return page(request, "espace/register/letter_models.html", {"samples": samples})


@logged_in(*READ)
def model(request: HttpRequest, name: str) -> HttpResponse:
    """One letter with made-up values."""
    allow(can_read_letter_models(request.user), _FOR_WHOM)
    return page(request, "espace/register/letter_model.html", {"sample": _sample(name)})


@logged_in(*READ)
def drawn(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML twin as a mail reader shows it: its own small style is all that it may apply."""
    allow(can_read_letter_models(request.user), _FOR_WHOM)
    response = HttpResponse(_sample(name).letter.html)
    response["Content-Security-Policy"] = f"default-src 'none'; style-src '{letters.STYLE_HASH}'; sandbox"
    return response


def _sample(name: str) -> letters.Sample:
    if name not in letters.names():
        raise Http404
    return letters.sample(name)
