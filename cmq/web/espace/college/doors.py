"""Who stands before a meeting, a point, a measure. Whoever may not read it is told nothing: not even that it exists."""

from django.http import Http404, HttpRequest

from cmq.accounts.models import User
from cmq.awards import rules as award_rules
from cmq.awards.models import JointDecision
from cmq.deliberation import rules
from cmq.deliberation.models import AgendaItem, LabelMeasure, Meeting
from cmq.web.espace.access import allow, person_of

SECRETARY_ONLY = "Seul le secrétariat des autorités fait cela."


def meeting_for(request: HttpRequest, pk: int) -> Meeting:
    """The meeting, for its college and the secretariat. Raises Http404 for everyone else."""
    meeting = Meeting.objects.select_related("campaign__college").filter(pk=pk).first()
    if meeting is None or not rules.can_read_meeting(request.user, meeting):
        raise Http404
    return meeting


def item_for(request: HttpRequest, pk: int, item: int) -> AgendaItem:
    """One point of a meeting, for those who may read the meeting. Raises Http404 for everyone else."""
    meeting = meeting_for(request, pk)
    found = meeting.items.select_related(
        "application__campus__region", "application__campaign__specification", "measure__campus__region"
    )
    point = found.filter(pk=item).first()
    if point is None:
        raise Http404
    point.meeting = meeting
    return point


def measure_for(request: HttpRequest, pk: int) -> LabelMeasure:
    """The measure, for those who may read it. Raises Http404 for everyone else."""
    measure = LabelMeasure.objects.select_related("campus__region", "campaign").filter(pk=pk).first()
    if measure is None or not rules.can_read_measure(request.user, measure):
        raise Http404
    return measure


def decision_for(request: HttpRequest, number: str) -> JointDecision:
    """The joint decision, for those who may read it. Raises Http404 for everyone else."""
    decision = award_rules.readable_decisions(person_of(request)).filter(number=number).first()
    if decision is None:
        raise Http404
    return decision


def secretary_of(request: HttpRequest) -> User:
    """The secretary who asks. Raises PermissionDenied for everyone else."""
    allow(rules.can_run(request.user), SECRETARY_ONLY)
    return person_of(request)
