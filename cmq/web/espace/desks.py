"""What waits for a person in the procedure, by role: each heap is a number, a wording and the page that holds it."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, RequestSide
from cmq.applications.rules import is_on_campus, qualities, readable_by
from cmq.awards import rules as award_rules
from cmq.campaigns.models import Campaign, CampaignState
from cmq.campaigns.rules import can_read_board
from cmq.campuses.models import CampusRole
from cmq.deliberation import review
from cmq.deliberation.models import MeetingState
from cmq.deliberation.rules import can_run, readable_meetings, sits_somewhere
from cmq.expertise.models import Assignment
from cmq.expertise.rules import can_manage, readable_assignments
from cmq.instruction.models import OpinionRequest
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import memberships, roles_of

S = ApplicationState


@dataclass(frozen=True)
class Heap:
    """So many things wait, on that page."""

    count: int
    label: str
    url: str


def heaps(person: User) -> list[Heap]:
    """What waits for this person; nothing for who has no part in the procedure."""
    return [heap for heap in _all(person) if heap.count]


def _all(person: User) -> Iterator[Heap]:
    files = reverse("files")
    running = readable_by(person).running()
    in_hand = [
        each for each in running.filter(state__in=[S.DRAFT, S.CORRECTION]) if is_on_campus(person, each.campus_id)
    ]
    yield Heap(sum(each.state == S.DRAFT for each in in_hand), "dossier(s) en rédaction", f"{files}?etat={S.DRAFT}")
    directed = [each for each in in_hand if is_on_campus(person, each.campus_id, CampusRole.DIRECTOR)]
    late = sum(each.state == S.CORRECTION for each in directed)
    yield Heap(late, "correction(s) à rendre", f"{files}?etat={S.CORRECTION}")
    yield Heap(_unsigned(person), "signature(s) de dépôt attendues de vous", f"{files}?etat={S.SIGNING}")
    bodies = memberships(person, OrganisationRole.OPINION).values("organisation")
    asked = OpinionRequest.objects.waiting().filter(body__in=bodies).count()
    yield Heap(asked, "avis à rendre", reverse("consulted"))
    mine = readable_assignments(person).pending()
    yield Heap(mine.count(), "expertise(s) à rendre", reverse("expertises"))
    yield from _college(person)
    if roles_of(person, OrganisationRole.SECRETARY, OrganisationRole.INSTRUCTOR):
        national = running.filter(state=S.SUBMITTED)
        yield Heap(national.count(), "dossier(s) déposés, en attente de recevabilité", f"{files}?etat={S.SUBMITTED}")
    if can_manage(person):
        due = Assignment.objects.pending().filter(due_on__lt=timezone.localdate())
        yield Heap(due.count(), "expertise(s) en retard", reverse("experts"))
    if can_read_board(person):
        at_work = Campaign.objects.exclude(state=CampaignState.CLOSED).count()
        yield Heap(at_work, "campagne(s) préparées ou ouvertes", reverse("campaigns"))


def rooms(person: User) -> list[tuple[str, str]]:
    """Where the college and its secretariat go when nothing waits: wording and address."""
    if not (can_run(person) or sits_somewhere(person)):
        return []
    return [
        ("Les séances du collège", reverse("meetings")),
        ("Les décisions conjointes", reverse("decisions")),
        ("Les mesures sur des labels", reverse("measures")),
    ]


def _college(person: User) -> Iterator[Heap]:
    answers = review.measures_to_answer(person).count()
    yield Heap(answers, "mesure(s) sur votre label, vos observations sont attendues", reverse("measures"))
    runs = can_run(person)
    if not (runs or sits_somewhere(person)):
        return
    meetings, decisions = reverse("meetings"), reverse("decisions")
    yield Heap(len(award_rules.awaited_of(person)), "décision(s) conjointes à signer", decisions)
    signed = award_rules.to_publish(person).count() if runs else 0
    yield Heap(signed, "décision(s) signées, à publier", decisions)
    yield Heap(review.positions_awaited(person).count(), "position(s) à prendre en séance", meetings)
    coming = readable_meetings(person).exclude(state=MeetingState.CLOSED).count()
    yield Heap(coming, "séance(s) du collège à venir ou en cours", meetings)


def _unsigned(person: User) -> int:
    waiting = readable_by(person).filter(state=S.SIGNING).select_related("campus").prefetch_related("signatures")
    count = 0
    for application in waiting:
        given = {each.side for each in application.signatures.all() if each.voided_at is None}
        mine: set[RequestSide] = {quality.side for quality in qualities(person, application)}
        count += bool(mine - given)
    return count
