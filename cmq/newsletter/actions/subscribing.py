"""People ask for the letter, confirm, change their choices, leave. What is no longer needed goes by `personal`.

Whoever asks learns nothing of an address: the answer is the same whatever is known of it, and a letter says the rest.
"""

import datetime as dt

from django.db.models import F
from django.utils import timezone
from django.utils.crypto import get_random_string

from cmq.core.errors import require
from cmq.core.feed import action, record
from cmq.newsletter import consent, links, rules
from cmq.newsletter.actions import notes
from cmq.newsletter.links import Purpose
from cmq.newsletter.models import Consent, End, Issue, Subscriber, Theme
from cmq.newsletter.rules import Wishes


@action
def ask(email: str, wishes: Wishes, *, is_demo: bool = False, at: dt.datetime | None = None) -> None:
    """Ask for the letter: one with a link goes to the address, at most once a day. Raises `Refusal`.

    An address that has not confirmed changes its wishes; one that has is written the link of its choices, which only
    that link changes.
    """
    at = at or timezone.now()
    wishes.check()
    said = {"key": get_random_string(32), "text_version": consent.CURRENT, "asked_at": at, "is_demo": is_demo}
    subscriber, is_new = Subscriber.objects.select_for_update().get_or_create(
        email=rules.cleaned_address(email), defaults={**said, **wishes.columns}
    )
    if subscriber.confirmed_at is None:
        if not is_new:
            subscriber.text_version, subscriber.asked_at = consent.CURRENT, at
        _keep(subscriber, wishes)
        notes.write(subscriber, "newsletter_asked", f"asked-{at:%Y-%m-%d}")
    else:
        notes.write(subscriber, "newsletter_known", f"known-{at:%Y-%m-%d}")


@action
def confirm(token: str, *, at: dt.datetime | None = None) -> Subscriber:
    """Confirm with the link of the first letter; the proof of it is kept. Twice changes nothing. Raises `Refusal`."""
    at = at or timezone.now()
    subscriber = _locked(Purpose.CHOICES, token)
    if subscriber.confirmed_at is not None:
        return subscriber
    subscriber.confirmed_at = max(at, subscriber.asked_at)
    subscriber.consent = Consent.objects.create(
        address_hash=consent.hash_of(subscriber.email),
        text_version=subscriber.text_version,
        asked_at=subscriber.asked_at,
        confirmed_at=subscriber.confirmed_at,
        is_demo=subscriber.is_demo,
    )
    subscriber.save(update_fields=["confirmed_at", "consent"])
    record(subscriber.consent, "newsletter.confirm", "Un abonnement à la lettre confirmé.", is_private=True)
    notes.write(subscriber, "newsletter_confirmed", "confirmed")
    return subscriber


@action
def change(token: str, wishes: Wishes) -> Subscriber:
    """Change the wishes of a subscription by its link. Raises `Refusal`."""
    wishes.check()
    subscriber = _locked(Purpose.CHOICES, token)
    _keep(subscriber, wishes)
    return subscriber


@action
def stop(
    purpose: Purpose, token: str, *, end: End = End.STOPPED, issue: int | None = None, at: dt.datetime | None = None
) -> bool:
    """End a subscription by a link of that purpose; whether there was one: a second time finds none, and that is well.

    Args:
        issue: number of the issue whose link was used, for its figures.
    """
    subscriber = links.find(purpose, token)
    return subscriber is not None and end_subscription(subscriber, end=end, issue=issue, at=at or timezone.now())


@action
def end_subscription(subscriber: Subscriber, *, end: End, issue: int | None, at: dt.datetime) -> bool:
    """Erase the address and all that hangs on it; the proof remains, with the reason. False when it was gone."""
    found = Subscriber.objects.select_for_update(of=("self",)).filter(pk=subscriber.pk).first()
    if found is None:
        return False
    proof = found.consent
    notes.forget(found.pk)
    found.delete()
    if proof is not None:
        proof.ended_at, proof.end = max(at, proof.confirmed_at), end
        proof.save(update_fields=["ended_at", "end"])
        said = f"Un abonnement à la lettre terminé : {proof.get_end_display()}."
        record(proof, "newsletter.end", said, is_private=True)
        if issue is not None and end in (End.STOPPED, End.ONE_CLICK):
            Issue.objects.filter(number=issue).update(unsubscribed=F("unsubscribed") + 1)
    return True


def find(token: str) -> Subscriber | None:
    """The subscription of a link to its choices."""
    return links.find(Purpose.CHOICES, token)


def export(subscriber: Subscriber) -> dict[str, object]:
    """All that is kept of a subscriber (RGPD, articles 15 and 20), in the terms of the form."""
    sent = subscriber.deliveries.select_related("issue").order_by("pk")
    proof = subscriber.consent
    return {
        "adresse": subscriber.email,
        "rythme": subscriber.get_rhythm_display(),
        "sujets": [theme.label for theme in themes_of(subscriber)],
        "filieres": [each.name for each in subscriber.filieres.all()] or "toutes",
        "regions": [each.name for each in subscriber.regions.all()] or "toutes",
        "demande_le": subscriber.asked_at.isoformat(),
        "confirme_le": subscriber.confirmed_at.isoformat() if subscriber.confirmed_at else None,
        "texte_accepte": {
            "version": subscriber.text_version,
            "texte": consent.TEXTS[subscriber.text_version],
        },
        "preuve": {"empreinte": proof.address_hash} if proof else None,
        "retours_provisoires_de_suite": subscriber.soft_bounces,
        "envois_des_30_derniers_jours": [
            {"numero": each.issue.number, "etat": each.get_state_display(), "revenu": each.returned_at is not None}
            for each in sent
        ],
    }


def themes_of(subscriber: Subscriber) -> list[Theme]:
    """What it is about, in the order of the form."""
    return [theme for theme in Theme if theme.value in subscriber.themes]


def _keep(subscriber: Subscriber, wishes: Wishes) -> None:
    for name, value in wishes.columns.items():
        setattr(subscriber, name, value)
    subscriber.save(update_fields=[*wishes.columns, "text_version", "asked_at"])
    subscriber.filieres.set(wishes.filieres)
    subscriber.regions.set(wishes.regions)


def _locked(purpose: Purpose, token: str) -> Subscriber:
    found = links.find(purpose, token)
    subscriber = Subscriber.objects.select_for_update().filter(pk=found.pk).first() if found else None
    require(subscriber is not None, rules.NO_LINK)
    assert subscriber is not None
    return subscriber
