"""Two people at the same instant: two numbers for two issues, and only what was read leaves."""

from cmq.newsletter.actions import agreeing, composing
from cmq.newsletter.models import Issue, IssueState
from tests.newsrooms import an_editor
from tests.procedure.test_at_once import at_once

from .letter_world import an_issue


def test_two_agreements_at_once_give_two_numbers(committed_db: None) -> None:
    issues = [an_issue() for _ in range(3)]
    for issue in issues:
        agreeing.propose(issue, by=issue.written_by)
        issue.refresh_from_db()
    keepers = [an_editor() for _ in issues]
    pairs = zip(issues, keepers, strict=True)
    at_once(*(lambda i=i, k=k: agreeing.agree(i, version=i.version, by=k) for i, k in pairs))
    assert sorted(Issue.objects.values_list("number", flat=True)) == [1, 2, 3]


def test_agreed_and_changed_at_once_only_what_was_read_leaves(committed_db: None) -> None:
    issue = an_issue()
    agreeing.propose(issue, by=issue.written_by)
    issue.refresh_from_db()
    second, writer = an_editor(), issue.written_by

    def rewrite() -> None:
        agreeing.take_back(issue, by=writer)
        composing.add_text(issue, title="Glissé après coup", text="", by=writer)

    at_once(lambda: agreeing.agree(issue, version=issue.version, by=second), rewrite)
    issue.refresh_from_db()
    assert issue.state == IssueState.DRAFT or not issue.blocks.filter(title="Glissé après coup").exists()
