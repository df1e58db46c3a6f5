"""What an expert does with a file: marks it criterion by criterion, hands in, or gives it back."""

import datetime as dt
import hashlib
import json

from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.moves import lock
from cmq.campaigns.models import Criterion, ExcellenceRequirement, GridLevel
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.expertise import rules
from cmq.expertise.models import Advice, Assignment, AssignmentState, Mark, RequirementMark

LONGEST_REASON = 10_000


@action
def write_mark(assignment: Assignment, criterion: Criterion, *, level: GridLevel | None, reason: str, by: User) -> Mark:
    """Mark one criterion, until the expertise is handed in. Raises `NotAllowed`, `Refusal`.

    Args:
        level: None to abstain on this criterion.
        reason: why, always.
    """
    assignment = _open(assignment, by)
    specification = assignment.application.campaign.specification_id
    require(criterion.specification_id == specification, "Ce critère n’est pas celui de cette campagne.")
    require(level is None or level.specification_id == specification, "Ce niveau n’est pas de cette grille.")
    mark, _ = Mark.objects.update_or_create(
        assignment=assignment, criterion=criterion, defaults={"level": level, "reason": _checked(reason)}
    )
    # Not the level: keepers read the journal, and a draft is the expert’s own.
    record(assignment, "expertise.write_mark", f"{assignment} : critère {criterion.number} noté.", is_private=True)
    return mark


@action
def write_requirement_mark(
    assignment: Assignment, requirement: ExcellenceRequirement, *, is_met: bool | None, reason: str, by: User
) -> RequirementMark:
    """Say whether a requirement of excellence is met; None abstains. Raises `NotAllowed`, `Refusal`."""
    assignment = _open(assignment, by)
    application = assignment.application
    require(rules.asks_excellence(application), "Ce dossier ne demande pas l’excellence.")
    require(
        requirement.specification_id == application.campaign.specification_id,
        "Cette exigence n’est pas celle de cette campagne.",
    )
    mark, _ = RequirementMark.objects.update_or_create(
        assignment=assignment, requirement=requirement, defaults={"is_met": is_met, "reason": _checked(reason)}
    )
    summary = f"{assignment} : exigence {requirement.number} notée."
    record(assignment, "expertise.write_mark", summary, is_private=True)
    return mark


@action
def write_advice(assignment: Assignment, *, advice: Advice | str, comment: str, by: User) -> Assignment:
    """Keep a draft of the advice and its comment; both may still be empty. Raises `NotAllowed`, `Refusal`."""
    assignment = _open(assignment, by)
    require(advice in ("", *Advice.values), "Choisissez une proposition.")
    require(len(comment) <= LONGEST_REASON, "La synthèse dépasse 10 000 caractères.")
    assignment.advice, assignment.comment = advice, comment.strip()
    assignment.save(update_fields=["advice", "comment"])
    record(assignment, "expertise.write_advice", f"{assignment} : synthèse enregistrée.", is_private=True)
    return assignment


@action
def hand_in(
    assignment: Assignment, *, advice: Advice, comment: str, by: User, at: dt.datetime | None = None
) -> Assignment:
    """Hand an expertise in: it changes no more, and the others’ open. Raises `NotAllowed`, `Refusal`."""
    assignment = _open(assignment, by)
    require(advice in Advice.values, "Choisissez ce que vous proposez.")
    require(comment.strip(), "Écrivez votre synthèse.")
    require(len(comment) <= LONGEST_REASON, "La synthèse dépasse 10 000 caractères.")
    lacks = rules.missing(assignment)
    require(not lacks, f"Il reste à noter : {', '.join(lacks)}. Abstenez-vous, avec un motif, sur ce que vous ignorez.")
    assignment.state, assignment.handed_in_at = AssignmentState.HANDED_IN, at or timezone.now()
    assignment.advice, assignment.comment = advice, comment.strip()
    assignment.save(update_fields=["state", "handed_in_at", "advice", "comment"])
    diff = {"digest": ["", digest_of(assignment)]}
    record(assignment, "expertise.hand_in", f"{assignment} : expertise rendue.", diff=diff, is_private=True)
    return assignment


@action
def abstain(assignment: Assignment, *, reason: str, by: User) -> Assignment:
    """Give a file back without judging it; what was marked counts no more. Raises `NotAllowed`, `Refusal`."""
    assignment = _open(assignment, by)
    require(reason.strip(), "Dites pourquoi vous vous abstenez.")
    require(len(reason.strip()) <= 300, "Le motif dépasse 300 caractères.")
    assignment.state, assignment.reason = AssignmentState.ABSTAINED, reason.strip()
    assignment.save(update_fields=["state", "reason"])
    record(assignment, "expertise.abstain", f"{assignment} : abstention.", is_private=True)
    return assignment


def digest_of(assignment: Assignment) -> str:
    """SHA-256 of all that an expertise says: the journal proves it without telling it."""
    content = {
        "advice": assignment.advice,
        "comment": assignment.comment,
        "marks": [
            [mark.criterion.number, mark.level.rank if mark.level else None, mark.reason]
            for mark in assignment.marks.select_related("criterion", "level")
        ],
        "requirements": [
            [mark.requirement.number, mark.is_met, mark.reason]
            for mark in assignment.requirement_marks.select_related("requirement")
        ],
    }
    line = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def _open(assignment: Assignment, by: User) -> Assignment:
    """The expertise, locked, for its expert to write. To everybody else it does not exist."""
    require_right(rules.can_mark(by, assignment))
    # The file first: it may be on its way to the college, or the expert being recused.
    application = lock(assignment.application)
    assignment = Assignment.objects.select_for_update().get(pk=assignment.pk)
    require_right(rules.can_mark(by, assignment))
    assignment.application = application
    require(rules.is_examined(application), "Ce dossier n’est plus en expertise : vos notes ne changent plus.")
    require(assignment.state == AssignmentState.PENDING, "Vous avez déjà rendu cette expertise.")
    return assignment


def _checked(reason: str) -> str:
    reason = reason.strip()
    require(reason, "Donnez le motif de votre note.")
    require(len(reason) <= LONGEST_REASON, "Le motif dépasse 10 000 caractères.")
    return reason
