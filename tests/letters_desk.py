"""The doors of the letter's issues, and what stands on the stage behind them; read by `doors`."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from cmq.core.rights import Role
from cmq.newsletter.models import Block, BlockKind, Issue
from tests.cast import Stage
from tests.money import NOBODY

EDITORS = frozenset({Role.EDITOR, Role.TECHNICIAN})
READ = ("issues", "issue", "issue_drawn")
WRITE = ("issue_new", "issue_edit", "issue_choose", "issue_text", "issue_block", "issue_agree")
WRITE += ("issue_take_back",)
ONLY_POST = ("issue_propose", "issue_pause", "issue_resume", "issue_remove")
ONLY_POST += ("issue_block_up", "issue_block_down", "issue_block_remove")
ACTS_ON_EMPTY_POST = ONLY_POST
# Who reads, who posts, how others are turned away.
DOORS: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(READ, (EDITORS, NOBODY, 403)),
    **dict.fromkeys(WRITE, (EDITORS, EDITORS, 403)),
    **dict.fromkeys(ONLY_POST, (NOBODY, EDITORS, 403)),
}


def address(stage: Stage, name: str) -> str:
    """The address of a page, about a draft with one block."""
    if name in ("issues", "issue_new"):
        return reverse(name)
    issue, _ = Issue.objects.get_or_create(title="Lettre d’essai", defaults={"created_at": timezone.now()})
    block, _ = Block.objects.get_or_create(issue=issue, title="Bloc", defaults={"position": 1, "kind": BlockKind.TEXT})
    return reverse(name, args=[issue.pk, *([block.pk] if name.startswith("issue_block") else [])])
