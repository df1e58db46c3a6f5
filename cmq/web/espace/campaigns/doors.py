"""Who stands before the secretariat’s pages: the desk is known to exist, so the others are refused aloud."""

from django.http import Http404, HttpRequest

from cmq.accounts.models import User
from cmq.campaigns.models import Campaign
from cmq.campaigns.rules import can_read_board, is_secretary
from cmq.web.espace.access import allow, person_of


def secretary_of(request: HttpRequest) -> User:
    """The authorities’ secretary who asks. Raises PermissionDenied for everyone else."""
    allow(is_secretary(request.user), "Cette page est réservée au secrétariat des autorités.")
    return person_of(request)


def reads_as_secretary(request: HttpRequest) -> bool:
    """Whether the reader runs campaigns too; an observer of the nation only reads. PermissionDenied for the others."""
    runs = is_secretary(request.user)
    allow(
        runs or can_read_board(request.user),
        "Cette page est réservée au secrétariat des autorités et aux observateurs.",
    )
    return runs


def campaign_of(slug: str) -> Campaign:
    """The campaign of an address. Raises Http404."""
    found = Campaign.objects.select_related("specification", "college").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found
