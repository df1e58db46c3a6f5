"""Letters within the newsroom about an issue: to those who may agree to it, then to those who made it."""

from collections.abc import Iterable

from django.conf import settings

from cmq.accounts.models import User
from cmq.core import mail
from cmq.editorial.rules import editors
from cmq.newsletter.models import Issue


def tell_seconds(issue: Issue, *, by: User) -> None:
    """An issue waits for a second person: any editor who has had no hand in it."""
    hands = {issue.written_by_id, issue.edited_by_id, issue.proposed_by_id}
    seconds = (each for each in editors(is_demo=issue.is_demo) if each.pk not in hands)
    _write(issue, "issue_to_agree", seconds, by=by)


def tell_makers(issue: Issue, remark: str, *, by: User) -> None:
    """What they proposed was given back, or its agreement fell."""
    makers = User.objects.filter(
        pk__in=filter(None, [issue.written_by_id, issue.edited_by_id, issue.proposed_by_id]), is_active=True
    )
    _write(issue, "issue_given_back", makers.exclude(pk=by.pk), by=by, remark=remark)


def _write(issue: Issue, template: str, people: Iterable[User], *, by: User, remark: str = "") -> None:
    for person in people:
        context: dict[str, object] = {
            "title": issue.title,
            "author": str(by),
            "remark": remark,
            "link": f"{settings.SITE_URL}/espace/lettre/{issue.pk}/",
            "site_name": settings.SITE_NAME,
            "site_url": settings.SITE_URL,
        }
        mail.post(person.email, f"mail/{template}", context, key=f"{template}:{issue.pk}:{issue.version}:{person.pk}")
