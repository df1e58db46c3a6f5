"""What waits for a person in the procedure, by role: each heap is a number, a wording and the page that holds it."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.accounts.rules import can_help
from cmq.applications.models import ApplicationState, RequestSide
from cmq.applications.rules import is_on_campus, qualities, readable_by
from cmq.awards import rules as award_rules
from cmq.campaigns.models import Campaign, CampaignState
from cmq.campaigns.rules import can_read_board
from cmq.campuses.models import CampusRole
from cmq.campuses.rules import roles_of as campus_roles_of
from cmq.deliberation import review
from cmq.deliberation.models import MeetingState
from cmq.deliberation.rules import can_run, readable_meetings, sits_somewhere
from cmq.editorial.models import Article, ArticleState, WatchedLink
from cmq.editorial.rules import is_editor
from cmq.expertise.models import Assignment
from cmq.expertise.rules import can_manage, readable_assignments
from cmq.instruction.models import OpinionRequest
from cmq.newsletter.models import Issue, IssueState
from cmq.organisations.models import OrganisationRole
from cmq.organisations.rules import memberships, roles_of
from cmq.web.espace.waiting import Waiting

S = ApplicationState


def heaps(person: User) -> list[Waiting]:
    """What waits for this person; nothing for who has no part in the procedure."""
    return [heap for heap in _all(person) if heap.count]


def _all(person: User) -> Iterator[Waiting]:
    files = reverse("files")
    running = readable_by(person).running()
    in_hand = [
        each for each in running.filter(state__in=[S.DRAFT, S.CORRECTION]) if is_on_campus(person, each.campus_id)
    ]
    yield Waiting(sum(each.state == S.DRAFT for each in in_hand), "dossier(s) en rédaction", f"{files}?etat={S.DRAFT}")
    directed = [each for each in in_hand if is_on_campus(person, each.campus_id, CampusRole.DIRECTOR)]
    late = sum(each.state == S.CORRECTION for each in directed)
    yield Waiting(late, "correction(s) à rendre", f"{files}?etat={S.CORRECTION}")
    yield Waiting(_unsigned(person), "signature(s) de dépôt attendue(s) de vous", f"{files}?etat={S.SIGNING}")
    bodies = memberships(person, OrganisationRole.OPINION).values("organisation")
    asked = OpinionRequest.objects.waiting().filter(body__in=bodies).count()
    yield Waiting(asked, "avis à rendre", reverse("consulted"))
    mine = readable_assignments(person).pending()
    yield Waiting(mine.count(), "expertise(s) à rendre", reverse("expertises"))
    yield from _college(person)
    yield from _newsroom(person)
    if roles_of(person, OrganisationRole.SECRETARY, OrganisationRole.INSTRUCTOR):
        national = running.filter(state=S.SUBMITTED)
        yield Waiting(
            national.count(), "dossier(s) déposé(s), en attente de recevabilité", f"{files}?etat={S.SUBMITTED}"
        )
    if can_manage(person):
        due = Assignment.objects.pending().filter(due_on__lt=timezone.localdate())
        yield Waiting(due.count(), "expertise(s) en retard", reverse("experts"))
    if can_read_board(person):
        at_work = Campaign.objects.exclude(state=CampaignState.CLOSED).count()
        yield Waiting(at_work, "campagne(s) préparée(s) ou ouverte(s)", reverse("campaigns"))


def rooms(person: User) -> list[tuple[str, str]]:
    """Where the college and its secretariat go when nothing waits: wording and address."""
    newsroom = [("La rédaction", reverse("newsroom")), ("La lettre", reverse("issues"))] if is_editor(person) else []
    newsroom += [("L’assistance", reverse("espace_helping"))] if can_help(person) else []
    if not (can_run(person) or sits_somewhere(person)):
        return newsroom
    return [
        *newsroom,
        ("Les séances du collège", reverse("meetings")),
        ("Les décisions conjointes", reverse("decisions")),
        ("Les mesures sur des labels", reverse("measures")),
    ]


def _college(person: User) -> Iterator[Waiting]:
    answers = review.measures_to_answer(person).count()
    yield Waiting(answers, "mesure(s) sur votre label, vos observations sont attendues", reverse("measures"))
    runs = can_run(person)
    if not (runs or sits_somewhere(person)):
        return
    meetings, decisions = reverse("meetings"), reverse("decisions")
    yield Waiting(len(award_rules.awaited_of(person)), "décision(s) conjointe(s) à signer", decisions)
    signed = award_rules.to_publish(person).count() if runs else 0
    yield Waiting(signed, "décision(s) signée(s), à publier", decisions)
    yield Waiting(review.positions_awaited(person).count(), "position(s) à prendre en séance", meetings)
    coming = readable_meetings(person).exclude(state=MeetingState.CLOSED).count()
    yield Waiting(coming, "séance(s) du collège à venir ou en cours", meetings)


def _newsroom(person: User) -> Iterator[Waiting]:
    if is_editor(person):
        newsroom, national = reverse("newsroom"), Article.objects.national()
        reviewed = national.filter(state=ArticleState.IN_REVIEW)
        yield Waiting(reviewed.count(), "article(s) en relecture", f"{newsroom}?pile=relecture")
        letters = Issue.objects.filter(state=IssueState.PROPOSED)
        yield Waiting(letters.count(), "numéro(s) de la lettre à relire", reverse("issues"))
        proposed = Article.objects.filter(proposed_at__isnull=False, is_national=False)
        yield Waiting(proposed.count(), "actualité(s) proposée(s) par des campus", f"{newsroom}?pile=proposes")
        broken = WatchedLink.objects.exclude(problem="")
        yield Waiting(broken.count(), "lien(s) en défaut dans les articles", reverse("newsroom_links"))
    for role in campus_roles_of(person):
        if role.role == CampusRole.DIRECTOR:
            waiting = Article.objects.filter(campus=role.campus_id, is_national=False, state=ArticleState.IN_REVIEW)
            desk = reverse("campus_newsroom", args=[role.campus.slug])
            yield Waiting(waiting.count(), "actualité(s) de campus à relire", f"{desk}?pile=relecture")


def _unsigned(person: User) -> int:
    waiting = readable_by(person).filter(state=S.SIGNING).select_related("campus").prefetch_related("signatures")
    count = 0
    for application in waiting:
        given = {each.side for each in application.signatures.all() if each.voided_at is None}
        mine: set[RequestSide] = {quality.side for quality in qualities(person, application)}
        count += bool(mine - given)
    return count
