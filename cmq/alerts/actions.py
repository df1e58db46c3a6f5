"""Somebody asks to hear of new offers, confirms, hears of them, stops. Addresses are in no line of the feed."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from cmq.alerts import appearing, rules
from cmq.alerts.models import Rhythm, SavedSearch, Scope
from cmq.alerts.searching import News, news_of, understood
from cmq.core import mail
from cmq.core.errors import require
from cmq.core.models import OutgoingMail
from cmq.search import indexing
from cmq.search.answering import IndexAway
from cmq.search.engine import LockBusy

NO_LINK = "Ce lien ne mène à aucune alerte : elle a été arrêtée, ou le lien est incomplet."
_SALT = "cmq.alerts"


@transaction.atomic
def ask(
    *,
    email: str,
    query: str,
    rhythm: Rhythm,
    scope: Scope = Scope.OFFERS,
    is_demo: bool = False,
    at: dt.datetime | None = None,
) -> SavedSearch:
    """Ask for letters: one with a link goes to the address, whatever is known of it. One a day at most.

    Args:
        query: of the address of the search; it is brought to its one form.
        scope: the page that the search was made on.
    Raises `Refusal`.
    """
    at, email = at or timezone.now(), rules.clean_email(email)
    meaning = understood(scope, query)
    require(not meaning.problems, "Cette recherche ne peut pas être gardée. " + " ".join(meaning.problems))
    require(len(meaning.query) <= 600, "Cette recherche est trop longue.")
    saved, is_new = SavedSearch.objects.select_for_update().get_or_create(
        email=email,
        scope=scope,
        query=meaning.query,
        defaults={"label": meaning.label[:300], "rhythm": rhythm, "asked_at": at, "is_demo": is_demo},
    )
    if is_new:
        others = SavedSearch.objects.filter(email=email).count()
        require(others <= rules.MOST_SEARCHES, f"Une adresse a au plus {rules.MOST_SEARCHES} alertes.")
    elif saved.confirmed_at is None:
        saved.rhythm, saved.asked_at = rhythm, at
        saved.save(update_fields=["rhythm", "asked_at"])
    template = "mail/alert_asked" if saved.confirmed_at is None else "mail/alert_known"
    _write(saved, template, event=f"asked-{bool(saved.confirmed_at)}-{at:%Y-%m-%d}")
    return saved


@transaction.atomic
def confirm(token: str, *, at: dt.datetime | None = None) -> SavedSearch:
    """Letters leave from now on. Twice changes nothing. Raises `Refusal`."""
    at = at or timezone.now()
    saved = _locked(token)
    if saved.confirmed_at is None:
        require(at - saved.asked_at < rules.CONFIRMED_WITHIN, "Ce lien est trop ancien : demandez l’alerte de nouveau.")
        saved.confirmed_at = saved.told_until = at
        saved.save(update_fields=["confirmed_at", "told_until"])
    return saved


@transaction.atomic
def change_rhythm(token: str, rhythm: Rhythm) -> SavedSearch:
    """Every day, or every week. Raises `Refusal`."""
    saved = _locked(token)
    saved.rhythm = rhythm
    saved.save(update_fields=["rhythm"])
    return saved


@transaction.atomic
def stop(token: str) -> None:
    """Stop, and erase: nothing is kept of the address. Stopping what is stopped already is no error."""
    saved = find(token)
    if saved is not None:
        erase(saved)


@transaction.atomic
def erase_all(token: str) -> int:
    """Erase every search of the address that this link belongs to; how many. Raises `Refusal`."""
    saved = _locked(token)
    theirs = list(SavedSearch.objects.filter(email=saved.email))
    for each in theirs:
        erase(each)
    return len(theirs)


def held(token: str) -> dict[str, Any] | None:
    """All that is kept of the address that a link belongs to (RGPD, article 20); None for a false link."""
    saved = find(token)
    if saved is None:
        return None
    theirs = SavedSearch.objects.filter(email=saved.email).order_by("pk")
    names = ("scope", "query", "label", "rhythm", "asked_at", "confirmed_at", "told_until", "last_sent_at")
    return {"email": saved.email, "alertes": [{name: getattr(each, name) for name in names} for each in theirs]}


def find(token: str) -> SavedSearch | None:
    """The saved search of a link; None when there is none any more."""
    try:
        number = signing.loads(token[:200], salt=_SALT)
    except signing.BadSignature:
        return None
    return SavedSearch.objects.filter(pk=number).first() if isinstance(number, int) else None


def token_of(saved: SavedSearch) -> str:
    """What the links of its letters end with. They last as long as the search does: whoever wants to stop can."""
    return signing.dumps(saved.pk, salt=_SALT)


def send(*, at: dt.datetime, progress: Callable[[str], None] = lambda _: None) -> tuple[int, int]:
    """Look for what is new for each search that is due; (searches looked at, letters written).

    A search of the whole site waits for the index: while that is away, or has not read the last changes, it is not
    looked at, and forgets nothing.

    Each search is one transaction, in which the letter enters the outbox and what it told is noted: a sender that is
    killed in the middle neither forgets a letter nor writes it twice.
    """
    waiting = SavedSearch.objects.exclude(confirmed_at=None).order_by("pk").values_list("pk", flat=True)
    if not _is_index_ready(at):
        waiting = waiting.exclude(scope=Scope.EVERYTHING)
    looked = written = 0
    for number in waiting.iterator(chunk_size=500):
        done = _send_one(number, at=at)
        if done is not None:
            looked, written = looked + 1, written + done
            progress(f"{looked} recherches")
    return looked, written


def _is_index_ready(at: dt.datetime) -> bool:
    """Whether the index holds all that is shown; what appears from then on is noted (`appearing`)."""
    appearing.note(at=at - rules.SETTLED)
    if not SavedSearch.objects.filter(scope=Scope.EVERYTHING).exclude(confirmed_at=None).exists():
        return True
    if indexing.behind() > 0:
        # Another process of this machine that writes it brings it as far.
        with suppress(LockBusy):
            indexing.follow()
    return indexing.behind() == 0


@transaction.atomic
def _send_one(number: int, *, at: dt.datetime) -> bool | None:
    saved = SavedSearch.objects.select_for_update().filter(pk=number).first()
    if saved is None or not rules.is_due(saved, at=at):
        return None
    assert saved.confirmed_at is not None
    since, until = saved.told_until or saved.confirmed_at, at - rules.SETTLED
    try:
        news = news_of(Scope(saved.scope), saved.query, since, until=until, most=rules.MOST_TOLD)
    except IndexAway:
        return None
    saved.told_until = max(since, until)
    # Without news it is looked at again the next day: the first news does not wait for a whole rhythm.
    saved.last_sent_at = at if news else saved.last_sent_at
    saved.save(update_fields=["told_until", "last_sent_at"])
    if not news:
        return False
    return _write(saved, "mail/alert_news", event=f"news-{at:%Y-%m-%dT%H:%M}", news=news)


def erase(saved: SavedSearch) -> None:
    """Delete one, with its letters."""
    OutgoingMail.objects.filter(key__startswith=f"alert:{saved.pk}:").delete()
    saved.delete()


def _write(saved: SavedSearch, template: str, *, event: str, news: Sequence[News] = ()) -> bool:
    address = f"{settings.SITE_URL}/alertes/{token_of(saved)}/"
    context: dict[str, object] = {
        "label": saved.label,
        "rhythm": Rhythm(saved.rhythm).label.lower(),
        "is_demo": saved.is_demo,
        "is_of_offers": saved.scope == Scope.OFFERS,
        "page": settings.SITE_URL + understood(Scope(saved.scope), saved.query).address,
        "link": address,
        "stop": f"{address}stop/",
        "news": news,
        "has_more": len(news) == rules.MOST_TOLD,
    }
    key = f"alert:{saved.pk}:{event}"
    # Only letters that come again bear the stop of RFC 8058.
    stop_url = f"{address}stop/" if news else ""
    return mail.post(saved.email, template, context, key=key, is_secret=True, stop_url=stop_url)


def _locked(token: str) -> SavedSearch:
    found = find(token)
    saved = SavedSearch.objects.select_for_update().filter(pk=found.pk).first() if found else None
    require(saved is not None, NO_LINK)
    assert saved is not None
    return saved
