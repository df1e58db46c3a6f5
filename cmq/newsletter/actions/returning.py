"""What comes back: an address that no longer receives ends at once, one that cannot for now after some issues, and
whoever says that the letter is unwanted is never sent another.
"""

import datetime as dt

from django.db.models import F
from django.utils import timezone

from cmq.core.feed import action
from cmq.newsletter.actions.subscribing import end_subscription
from cmq.newsletter.models import Delivery, DeliveryState, End, Issue, Subscriber
from cmq.newsletter.returns import Kind, Return

# So many issues in a row that came back for now end a subscription.
MOST_SOFT = 3


@action
def take(returned: Return, *, at: dt.datetime | None = None) -> bool:
    """Act on one thing that came back; whether it said something new. The same thing twice counts once."""
    at = at or timezone.now()
    subscriber = Subscriber.objects.select_for_update(of=("self",)).filter(pk=returned.subscriber).first()
    if subscriber is None:
        return False
    issue = Issue.objects.filter(number=returned.issue).first()
    if returned.kind is Kind.COMPLAINT:
        _count(issue, "complaints")
        return end_subscription(subscriber, end=End.COMPLAINED, issue=None, at=at)
    delivery = subscriber.deliveries.filter(issue=issue, returned_at=None) if issue else Delivery.objects.none()
    is_first = bool(delivery.update(returned_at=at, code=returned.status[:20]))
    if returned.kind is Kind.HARD:
        _count(issue if is_first else None, "bounced")
        return end_subscription(subscriber, end=End.BOUNCED, issue=None, at=at)
    if not is_first:
        return False
    _count(issue, "bounced")
    subscriber.soft_bounces += 1
    subscriber.save(update_fields=["soft_bounces"])
    if subscriber.soft_bounces >= MOST_SOFT:
        end_subscription(subscriber, end=End.BOUNCED, issue=None, at=at)
    return True


def forgive(issue: Issue) -> int:
    """Whoever's letter of the issue before the one that begins did not come back starts from none again; how many."""
    before = Issue.objects.filter(rhythm=issue.rhythm, is_demo=issue.is_demo, number__lt=issue.number).order_by(
        "-number"
    )
    last = before.first()
    if last is None:
        return 0
    arrived = Delivery.objects.filter(issue=last, state=DeliveryState.SENT, returned_at=None)
    found = Subscriber.objects.filter(soft_bounces__gt=0, pk__in=arrived.values("subscriber"))
    return found.update(soft_bounces=0)


def _count(issue: Issue | None, name: str) -> None:
    if issue is not None:
        Issue.objects.filter(pk=issue.pk).update(**{name: F(name) + 1})
