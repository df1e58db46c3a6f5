"""Somebody of the technical team sees a person's workspace with them: by their consent, for a while, reading only."""

import datetime as dt

from django.utils import timezone

from cmq.accounts.models import HelpConsent, HelpVisit, User
from cmq.accounts.rules import can_help
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record

LASTS = dt.timedelta(hours=1)


def open_consent(person: User, *, at: dt.datetime | None = None) -> HelpConsent | None:
    """This person's consent that still stands; None when there is none."""
    return HelpConsent.objects.filter(person=person).standing(at or timezone.now()).first()


@action
def give_consent(person: User, *, by: User, at: dt.datetime | None = None) -> HelpConsent:
    """Let the technical team see one's own workspace for an hour. Raises `Refusal` when that stands already."""
    require_right(person == by)
    at = at or timezone.now()
    require(open_consent(person, at=at) is None, "Vous avez déjà donné cet accord : il court encore.")
    consent = HelpConsent.objects.create(person=person, given_at=at, ends_at=at + LASTS)
    record(person, "accounts.consent_to_help", "Accord donné à l’équipe technique pour voir l’espace.")
    return consent


@action
def withdraw_consent(person: User, *, by: User, at: dt.datetime | None = None) -> None:
    """Take the consent back: who is looking is out at once. Raises `Refusal` when there is none."""
    require_right(person == by)
    at = at or timezone.now()
    consent = open_consent(person, at=at)
    require(consent, "Aucun accord ne court.")
    assert consent is not None
    consent.ends_at = max(at, consent.given_at)
    consent.save(update_fields=["ends_at"])
    HelpVisit.objects.filter(consent=consent, ended_at=None).update(ended_at=at)
    record(person, "accounts.withdraw_help", "Accord retiré à l’équipe technique.")


@action
def begin_visit(consent: HelpConsent, *, by: User, at: dt.datetime | None = None) -> HelpVisit:
    """Begin to see the workspace of the person who consented. Raises `NotAllowed`, `Refusal`."""
    require_right(can_help(by))
    at = at or timezone.now()
    require(consent.given_at <= at < consent.ends_at, "Cet accord ne court plus.")
    require(consent.person_id != by.pk, "C’est votre propre espace.")
    require(not consent.person.is_superuser, "L’espace de l’équipe technique ne se visite pas.")
    visit = HelpVisit.objects.create(consent=consent, by=by, began_at=at)
    record(consent.person, "accounts.begin_help", "Espace ouvert par l’équipe technique, en lecture.")
    return visit


@action
def end_visit(visit: HelpVisit, *, by: User, at: dt.datetime | None = None) -> None:
    """Stop looking. Raises `NotAllowed`; a visit that is over already stays as it is."""
    require_right(visit.by_id == by.pk)
    at = at or timezone.now()
    if HelpVisit.objects.filter(pk=visit.pk, ended_at=None).update(ended_at=at):
        record(visit.consent.person, "accounts.end_help", "Espace refermé par l’équipe technique.")


def standing_visit(pk: int, *, by: User, at: dt.datetime | None = None) -> HelpVisit | None:
    """The visit, while its consent stands, its helper still helps, and the person's account is open; else None."""
    at = at or timezone.now()
    visits = HelpVisit.objects.select_related("consent__person").filter(pk=pk, by=by, ended_at=None)
    visit = visits.filter(consent__ends_at__gt=at, consent__person__is_active=True).first()
    return visit if visit and can_help(by) else None
