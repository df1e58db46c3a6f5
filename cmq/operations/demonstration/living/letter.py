"""The letter of the demonstration: invented readers, an issue that has left, one that waits for its second person, one
being written."""

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.smtp import Line, Reply
from cmq.newsletter import links, sources
from cmq.newsletter.actions import agreeing, composing, notes, sending, subscribing
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import BlockKind, Consent, Issue, Rhythm, Subscriber, Theme
from cmq.newsletter.rules import Wishes
from cmq.operations.demonstration.people import Cast
from cmq.reference.models import Region

DOMAIN = "demonstration.invalid"
NEWS, JOBS, EVENTS = Theme.NEWS, Theme.JOBS, Theme.EVENTS
READERS = {
    "lectrice": Wishes(themes=frozenset({NEWS, JOBS, EVENTS})),
    "apprenti": Wishes(themes=frozenset({JOBS})),
    "professeure": Wishes(themes=frozenset({NEWS})),
    "visiteur": Wishes(themes=frozenset({EVENTS})),
    "elue": Wishes(rhythm=Rhythm.MONTHLY, themes=frozenset({NEWS, EVENTS})),
}
WELCOME = (
    "Première lettre inventée du réseau. Elle montre comment un numéro est composé : des nouvelles, des événements, et "
    "pour chaque personne ce qu’elle a demandé, rien d’autre."
)


class Nowhere(Line):
    """A server that takes everything and sends nothing: the readers do not exist."""

    def __enter__(self) -> Line:
        """Nothing to connect to."""
        return self

    def send(self, sender: str, to: str, message: bytes, *, first: Callable[[], object] = lambda: None) -> Reply:
        """Taken."""
        assert to.endswith(".invalid")
        first()
        return Reply(250, "")


def build(cast: Cast, *, on: dt.date) -> None:
    """Five readers, one request, three issues."""
    writer, second = cast["redactrice"], cast["relecteur"]
    at = timezone.make_aware(dt.datetime.combine(on, dt.time(9))) - dt.timedelta(days=8)
    for name, wishes in READERS.items():
        _subscribe(f"{name}@{DOMAIN}", wishes, at=at)
    subscribing.ask(f"indecis@{DOMAIN}", Wishes(regions=[Region.objects.get(code="32")]), is_demo=True, at=at)
    first = composing.begin(title="La rentrée des campus (fictif)", intro=WELCOME, by=writer, at=at)
    _fill(first, BlockKind.CAMPUS, BlockKind.EVENT, at=at)
    agreeing.propose(first, by=writer, at=at)
    first.refresh_from_db()
    sent = sending.start(agreeing.agree(first, version=first.version, by=second, at=at), at=at)
    sending.send(sent, sending.Report(), sending.Pace(0), line=Nowhere, at=at)
    at += dt.timedelta(days=7)
    waiting = composing.begin(title="Ce qui s’invente cet hiver (fictif)", by=writer, at=at)
    _fill(waiting, BlockKind.ARTICLE, BlockKind.EVENT, BlockKind.OFFER, at=at)
    composing.add_text(waiting, title="Le mot de la rédaction", text="Bonne lecture, inventée elle aussi.", by=writer)
    agreeing.propose(waiting, by=writer, at=at)
    monthly = composing.begin(title="Le mois des campus (fictif)", rhythm=Rhythm.MONTHLY, by=second, at=at)
    _fill(monthly, BlockKind.CAMPUS, at=at)


def remove() -> None:
    """Take the issues, the readers, their proofs and their letters away."""
    Issue.objects.filter(is_demo=True).delete()
    for subscriber in Subscriber.objects.filter(is_demo=True):
        notes.forget(subscriber.pk)
        subscriber.delete()
    Consent.objects.filter(is_demo=True).delete()


def _subscribe(email: str, wishes: Wishes, *, at: dt.datetime) -> None:
    subscribing.ask(email, wishes, is_demo=True, at=at)
    subscriber = Subscriber.objects.get(email=email)
    subscribing.confirm(links.token(Purpose.CHOICES, subscriber.pk, subscriber.key), at=at)


def _fill(issue: Issue, *kinds: BlockKind, at: dt.datetime) -> None:
    """Two of each kind: of campuses, the fictional ones; of the rest, what the rule proposes."""
    campuses = Campus.objects.filter(is_demo=True).order_by("pk").values_list("pk", flat=True)[:2]
    found = {kind: [each.key for each in rows[:2]] for kind, rows in sources.proposals(issue, at=at).items()}
    found[BlockKind.CAMPUS] = [f"{BlockKind.CAMPUS.value}:{pk}" for pk in campuses]
    keys = [key for kind in kinds for key in found[kind]]
    assert issue.written_by is not None
    if keys:
        composing.add(issue, keys, by=issue.written_by, at=at)
