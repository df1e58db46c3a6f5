"""Subscribers for tests, made as people make themselves."""

import datetime as dt
import re
from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.models import OutgoingMail
from cmq.newsletter import consent, links
from cmq.newsletter.actions import agreeing, composing, subscribing
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import Consent, Issue, Rhythm, Subscriber, Theme
from cmq.newsletter.rules import Wishes
from tests.newsrooms import an_editor

DAY = dt.timedelta(days=1)
EVERYTHING = frozenset(Theme)


def asked(email: str = "camille@exemple.fr", *, at: dt.datetime | None = None, **wishes: Any) -> Subscriber:
    """Somebody who asked for the letter and has not confirmed."""
    subscribing.ask(email, Wishes(**wishes), at=at or timezone.now())
    return Subscriber.objects.get(email=email.strip().lower())


def subscribed(email: str = "camille@exemple.fr", *, at: dt.datetime | None = None, **wishes: Any) -> Subscriber:
    """Somebody who receives the letter."""
    return subscribing.confirm(token_of(asked(email, at=at, **wishes)), at=at)


def token_of(subscriber: Subscriber) -> str:
    """The link to the choices, from its last slash on."""
    return links.token(Purpose.CHOICES, subscriber.pk, subscriber.key)


def stop_token_of(subscriber: Subscriber) -> str:
    """The link that ends a subscription."""
    return links.token(Purpose.STOP, subscriber.pk, subscriber.key)


def link_in(text: str) -> str:
    """The path of the link to the choices that a letter bears."""
    found = re.search(r"/lettre/abonnement/\d+-[0-9a-f]{40}/", text)
    assert found, text
    return found[0]


def subjects(email: str = "camille@exemple.fr") -> list[str]:
    """What was written to an address through the outbox."""
    return list(OutgoingMail.objects.filter(to=email).order_by("pk").values_list("subject", flat=True))


def crowd(number: int, *, rhythm: Rhythm = Rhythm.WEEKLY, domain: str = "exemple.fr", **fields: Any) -> None:
    """Many subscribers at once, as confirmed ones are."""
    at = timezone.now()
    proofs = Consent.objects.bulk_create(
        Consent(address_hash=f"{place:064}", text_version=consent.CURRENT, asked_at=at, confirmed_at=at)
        for place in range(number)
    )
    Subscriber.objects.bulk_create(
        Subscriber(
            email=f"p{place}@{domain}",
            rhythm=rhythm,
            key=f"cle{place:029}",
            text_version=consent.CURRENT,
            asked_at=at,
            confirmed_at=at,
            consent=proof,
            **fields,
        )
        for place, proof in enumerate(proofs)
    )


def an_issue(*, by: User | None = None, blocks: int = 1, **fields: Any) -> Issue:
    """A draft with some free texts."""
    by = by or an_editor()
    issue = composing.begin(**{"title": "Des nouvelles", "by": by, **fields})
    for number in range(1, blocks + 1):
        composing.add_text(issue, title=f"Nouvelle {number}", text="Il s’est passé quelque chose.", by=by)
    issue.refresh_from_db()
    return issue


def agreed(issue: Issue | None = None, *, at: dt.datetime | None = None, **fields: Any) -> Issue:
    """An issue that a second person has agreed to, due now."""
    issue = issue or an_issue(**fields)
    agreeing.propose(issue, by=issue.written_by, at=at)
    issue.refresh_from_db()
    return agreeing.agree(issue, version=issue.version, by=an_editor(), at=at)
