"""Four eyes: who has made an issue proposes it, another person agrees or gives it back; then it may leave.

The database holds the same (`issue_agreed_by_a_second_person`, `issue_leaves_once_agreed`).
"""

import datetime as dt

from django.db.models import Max
from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.newsletter import rules, sources
from cmq.newsletter.actions import desk_notes
from cmq.newsletter.actions.composing import STALE, locked
from cmq.newsletter.models import Issue, IssueState

LATEST = dt.timedelta(days=60)
SECOND = (
    "Une seconde personne doit donner son accord : ce ne peut être ni qui a commencé le numéro, ni qui l’a modifié en "
    "dernier, ni qui l’a proposé."
)


@action
def propose(issue: Issue, *, by: User, at: dt.datetime | None = None) -> Issue:
    """Put a draft before a second person; it changes no more. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_write(by))
    issue, at = locked(issue), at or timezone.now()
    require(issue.state == IssueState.DRAFT, "Ce numéro n’est pas en rédaction.")
    check_content(issue, at=at)
    issue.state, issue.proposed_by, issue.proposed_at, issue.remark = IssueState.PROPOSED, by, at, ""
    issue.save(update_fields=["state", "proposed_by", "proposed_at", "remark"])
    record(issue, "newsletter.propose", f"Lettre, numéro proposé : {issue.title}.", is_private=True)
    desk_notes.tell_seconds(issue, by=by)
    return issue


@action
def take_back(issue: Issue, *, remark: str = "", by: User) -> Issue:
    """Make it a draft again, before the first letter leaves; an agreement is void then. Raises `NotAllowed`, `Refusal`.

    Args:
        remark: what to change, for who made it.
    """
    require_right(rules.can_write(by))
    issue = locked(issue)
    is_before = issue.state in (IssueState.PROPOSED, IssueState.AGREED)
    require(is_before, "Ce numéro ne peut plus être repris : des lettres sont parties, ou il est en rédaction.")
    remark = one_line(remark)
    require(len(remark) <= 500, "La remarque dépasse 500 caractères.")
    issue.state, issue.remark = IssueState.DRAFT, remark
    issue.approved_by = issue.approved_at = issue.number = issue.scheduled_for = None
    issue.version += 1
    issue.save()
    record(issue, "newsletter.take_back", f"Lettre, numéro repris : {issue.title}.", is_private=True)
    desk_notes.tell_makers(issue, remark, by=by)
    return issue


@action
def agree(
    issue: Issue, *, version: int, scheduled_for: dt.datetime | None = None, by: User, at: dt.datetime | None = None
) -> Issue:
    """Agree to what was read, and say when it leaves: at once unless said. Raises `NotAllowed`, `Refusal`.

    Args:
        version: the one that was read.
    """
    require_right(rules.can_write(by))
    at = at or timezone.now()
    # Numbers are given one at a time: the oldest issue is their lock.
    Issue.objects.select_for_update(of=("self",)).order_by("pk").first()
    issue = locked(issue)
    require(issue.state == IssueState.PROPOSED, "Ce numéro n’attend pas d’accord.")
    require(version == issue.version, STALE)
    require_right(is_second(issue, by), SECOND)
    check_content(issue, at=at)
    when = max(scheduled_for or at, at)
    require(when - at <= LATEST, "L’envoi est prévu dans plus de soixante jours.")
    issue.number = issue.number or (Issue.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    issue.state, issue.approved_by, issue.approved_at = IssueState.AGREED, by, at
    issue.scheduled_for, issue.remark = when, ""
    issue.save()
    record(issue, "newsletter.agree", f"Lettre, accord donné : {issue}.", is_private=True)
    return issue


@action
def pause(issue: Issue, *, reason: str = "", by: User | None) -> Issue:
    """Stop the sending after the batch under way; by the sender itself when nobody is named."""
    require_right(by is None or rules.can_write(by))
    issue = locked(issue)
    require(issue.state == IssueState.SENDING, "Aucun envoi n’est en cours pour ce numéro.")
    issue.state, issue.remark = IssueState.PAUSED, one_line(reason)[:500]
    issue.save(update_fields=["state", "remark"])
    record(issue, "newsletter.pause", f"Lettre, envoi suspendu : {issue}.", is_private=True)
    return issue


@action
def resume(issue: Issue, *, by: User) -> Issue:
    """Go on with a sending that rests: whoever was sent the issue is not sent it again."""
    require_right(rules.can_write(by))
    issue = locked(issue)
    require(issue.state == IssueState.PAUSED, "L’envoi de ce numéro n’est pas suspendu.")
    issue.state, issue.remark = IssueState.SENDING, ""
    issue.save(update_fields=["state", "remark"])
    record(issue, "newsletter.resume", f"Lettre, envoi repris : {issue}.", is_private=True)
    return issue


def is_second(issue: Issue, person: User) -> bool:
    """Whether this person has had no hand in the issue."""
    return person.pk not in (issue.written_by_id, issue.edited_by_id, issue.proposed_by_id)


def check_content(issue: Issue, *, at: dt.datetime) -> None:
    """Raise `Refusal` for an issue that says nothing, or speaks of what nobody will find."""
    blocks = list(issue.blocks.all())
    require(blocks, "Ce numéro est vide : ajoutez au moins un bloc.")
    gone = sources.no_longer_public(blocks, at=at, is_demo=issue.is_demo)
    named = ", ".join(f"« {block.title} »" for block in gone[:5])
    require(not gone, f"Retirez d’abord ce qui n’est plus visible de tous : {named}.")
