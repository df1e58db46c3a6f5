"""An issue is begun, filled with blocks, put in order; only a draft changes."""

import datetime as dt

from django.db.models import F, Max
from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.newsletter import rules, sources
from cmq.newsletter.models import Block, BlockKind, Issue, IssueState, Rhythm
from cmq.newsletter.sources import Candidate

STALE = "Quelqu’un a changé ce numéro entre-temps : relisez-le, puis recommencez."
NOT_DRAFT = "Ce numéro n’est plus en rédaction : reprenez-le d’abord."
MOST_BLOCKS = 60


@action
def begin(
    *, title: str, intro: str = "", rhythm: Rhythm = Rhythm.WEEKLY, by: User, at: dt.datetime | None = None
) -> Issue:
    """Begin an issue. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_write(by))
    title, intro = _said(title, intro)
    issue = Issue.objects.create(
        title=title,
        intro=intro,
        rhythm=rhythm,
        written_by=by,
        edited_by=by,
        created_at=at or timezone.now(),
        is_demo=by.is_demo,
    )
    record(issue, "newsletter.begin", f"Lettre, numéro commencé : {title}.", is_private=True)
    return issue


@action
def write(issue: Issue, *, title: str, intro: str, rhythm: Rhythm, version: int, by: User) -> Issue:
    """Change the title, the introduction or the rhythm; `version` is the one that was seen."""
    issue = draft(issue, by=by)
    require(version == issue.version, STALE)
    issue.title, issue.intro = _said(title, intro)
    issue.rhythm = rhythm
    issue.save(update_fields=["title", "intro", "rhythm"])
    return issue


@action
def add(issue: Issue, keys: list[str], *, by: User, at: dt.datetime | None = None) -> int:
    """Put things at the end of an issue, in the order given; how many are new. Raises `NotAllowed`, `Refusal`."""
    issue, at = draft(issue, by=by), at or timezone.now()
    require(keys, "Choisissez au moins une chose à ajouter.")
    held = set(issue.blocks.exclude(source_key="").values_list("source_key", flat=True))
    fresh = [key for key in dict.fromkeys(keys[:MOST_BLOCKS]) if key not in held]
    found = [sources.get(key, at=at, is_demo=issue.is_demo) for key in fresh]
    candidates = [each for each in found if each is not None]
    require(len(candidates) == len(found), "Une des choses choisies n’est pas, ou n’est plus, visible de tous.")
    require(issue.blocks.count() + len(candidates) <= MOST_BLOCKS, f"Un numéro a au plus {MOST_BLOCKS} blocs.")
    last = issue.blocks.aggregate(last=Max("position"))["last"] or 0
    Block.objects.bulk_create(_block(issue, each, last + place) for place, each in enumerate(candidates, 1))
    return len(candidates)


@action
def add_text(issue: Issue, *, title: str, text: str, by: User) -> Block:
    """Put a free text at the end of an issue."""
    issue = draft(issue, by=by)
    require(issue.blocks.count() < MOST_BLOCKS, f"Un numéro a au plus {MOST_BLOCKS} blocs.")
    last = issue.blocks.aggregate(last=Max("position"))["last"] or 0
    block = Block(issue=issue, position=last + 1, kind=BlockKind.TEXT)
    return _write_block(block, title, text)


@action
def write_block(block: Block, *, title: str, text: str, by: User) -> Block:
    """Change what a block says; the thing that it speaks of stays as it is."""
    issue = draft(block.issue, by=by)
    return _write_block(_own(issue, block.pk), title, text)


@action
def remove_block(block: Block, *, by: User) -> None:
    """Take a block out."""
    _own(draft(block.issue, by=by), block.pk).delete()


@action
def move_block(block: Block, *, up: bool, by: User) -> None:
    """Move a block by one place; the first does not go up, the last does not go down."""
    issue = draft(block.issue, by=by)
    _own(issue, block.pk)
    order = list(issue.blocks.all())
    here = next(place for place, each in enumerate(order) if each.pk == block.pk)
    there = here - 1 if up else here + 1
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
    for position, each in enumerate(order, 1):
        each.position = position
    Block.objects.bulk_update(order, ["position"])


@action
def remove(issue: Issue, *, by: User) -> None:
    """Throw a draft away."""
    issue = draft(issue, by=by)
    record(issue, "newsletter.remove", f"Lettre, numéro abandonné : {issue.title}.", is_private=True)
    issue.delete()


def draft(issue: Issue, *, by: User) -> Issue:
    """The draft under its lock, marked as changed by that person. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_write(by))
    issue = locked(issue)
    require(issue.state == IssueState.DRAFT, NOT_DRAFT)
    Issue.objects.filter(pk=issue.pk).update(version=F("version") + 1, edited_by=by)
    return issue


def locked(issue: Issue) -> Issue:
    """The issue as it is now, under its lock. Raises `Refusal` when it is gone."""
    found = Issue.objects.select_for_update(of=("self",)).filter(pk=issue.pk).first()
    require(found is not None, "Ce numéro n’existe plus.")
    assert found is not None
    return found


def _own(issue: Issue, pk: int) -> Block:
    block = issue.blocks.filter(pk=pk).first()
    require(block is not None, "Ce bloc n’est plus dans le numéro.")
    assert block is not None
    return block


def _block(issue: Issue, candidate: Candidate, position: int) -> Block:
    return Block(
        issue=issue,
        position=position,
        kind=candidate.kind,
        source_key=candidate.key,
        title=one_line(candidate.title)[:200],
        text=candidate.text.strip()[:1500],
        path=candidate.path,
        filiere_id=candidate.filiere,
        region_id=candidate.region,
    )


def _write_block(block: Block, title: str, text: str) -> Block:
    block.title, block.text = one_line(title), text.replace("\0", "").replace("\r\n", "\n").strip()
    require(block.title, "Donnez un titre au bloc.")
    require(len(block.title) <= 200, "Le titre du bloc dépasse 200 caractères.")
    require(len(block.text) <= 1500, "Le texte du bloc dépasse 1 500 caractères.")
    block.save()
    return block


def _said(title: str, intro: str) -> tuple[str, str]:
    title, intro = one_line(title), intro.replace("\0", "").replace("\r\n", "\n").strip()
    require(title, "Donnez un titre au numéro : c’est l’objet de la lettre.")
    require(len(title) <= 150, "Le titre dépasse 150 caractères.")
    require(len(intro) <= 2000, "L’introduction dépasse 2 000 caractères.")
    return title, intro
