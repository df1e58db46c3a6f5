"""What the clock does: it reminds; and what a person does with the address of their calendar."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.core import mail
from cmq.core.errors import require
from cmq.core.feed import action, record
from cmq.labels.models import Label
from cmq.renewals import rules
from cmq.renewals.models import CalendarAddress, Mark, Reminder
from cmq.renewals.rules import Addressee


def remind(*, on: dt.date, at: dt.datetime | None = None) -> int:
    """Remind whom the end of a label concerns, at the nearest mark reached, once for each mark and person.

    Run every day, or after a month without: a mark missed is not made up for by a second letter. Somebody who takes up
    a role between two marks gets the letter of the last one. Returns how many letters are new.
    """
    at = at or timezone.now()
    labels = list(rules.to_remind(on).select_related("campus__region").prefetch_related("suspensions").order_by("pk"))
    due = [(label, mark) for label in labels if (mark := rules.current_mark(_end(label), on=on))]
    people = rules.addressees((label.campus for label, _ in due), on=on)
    known = set(
        Reminder.objects.filter(original__in=[label.original_id for label, _ in due]).values_list(
            "original", "ends_on", "mark", "person"
        )
    )
    drafts = _drafts(label.campus_id for label, _ in due)
    written = 0
    for label, mark in due:
        waiting = [
            each
            for each in people.get(label.campus_id, [])
            if mark in each.marks and (label.original_id, _end(label), mark.value, each.person.pk) not in known
        ]
        if waiting:
            written += _remind_of(label, mark, waiting, drafts.get(label.campus_id), on=on, at=at)
    return written


@action
def make_address(*, by: User, at: dt.datetime | None = None) -> str:
    """Give a person the address of their calendar; an older one dies. Returns the token, which is kept as a digest."""
    token = secrets.token_urlsafe(32)
    address, is_new = CalendarAddress.objects.update_or_create(
        person=by, defaults={"token_digest": digest(token), "issued_at": at or timezone.now()}
    )
    verb = "créée" if is_new else "remplacée"
    record(address, "renewals.make_address", f"Adresse d’agenda {verb}.", is_private=True)
    return token


@action
def revoke_address(*, by: User) -> None:
    """Close the address of a person's calendar. Raises `Refusal` when there is none."""
    address = CalendarAddress.objects.filter(person=by).first()
    require(address, "Vous n’avez pas d’adresse d’agenda.")
    assert address is not None
    record(address, "renewals.revoke_address", "Adresse d’agenda fermée.", is_private=True)
    address.delete()


def find_reader(token: str) -> User | None:
    """Whose calendar an address opens; None for an address that is unknown, closed or of a closed account."""
    found = CalendarAddress.objects.select_related("person").filter(token_digest=digest(token)).first()
    return found.person if found and found.person.is_active else None


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _end(label: Label) -> dt.date:
    assert label.ends_from is not None
    return label.ends_from


def _drafts(campuses: Iterable[int]) -> dict[int, LabelApplication]:
    """The file that each campus has begun and not sent yet."""
    writing = LabelApplication.objects.filter(
        campus__in=list(campuses),
        kind__in=rules.CARRYING_ON,
        state__in=[ApplicationState.DRAFT, ApplicationState.SIGNING],
    )
    return {draft.campus_id: draft for draft in writing.order_by("pk")}


@action
def _remind_of(
    label: Label,
    mark: Mark,
    people: Iterable[Addressee],
    draft: LabelApplication | None,
    *,
    on: dt.date,
    at: dt.datetime,
) -> int:
    written = 0
    for each in people:
        about = {"original": label.original, "ends_on": _end(label), "mark": mark.value, "person": each.person}
        # Of two runs at once, the second finds the row.
        _, is_new = Reminder.objects.get_or_create(**about, defaults={"written_at": at})
        if is_new:
            key = f"renewal:{label.original_id}:{_end(label)}:{mark.value}:{each.person.pk}"
            mail.post(each.person.email, "mail/renewal_reminder", _words(label, each, draft, on=on), key=key)
            written += 1
    if written:
        summary = f"{label.campus} – rappel {mark.value} de la fin du label : {written} lettre{'s' * (written > 1)}."
        record(label.campus, "renewals.remind", summary, is_private=True)
    return written


def _words(label: Label, to: Addressee, draft: LabelApplication | None, *, on: dt.date) -> dict[str, Any]:
    pauses = label.suspensions.all()
    return {
        "campus": label.campus,
        "region": label.campus.region,
        "ends_on": _end(label),
        "is_certain": label.ends_from == label.ends_by,
        "time_left": time_left(_end(label), on=on),
        "is_suspended": any(pause.starts_by <= on and (pause.ends_from or on) >= on for pause in pauses),
        "draft": draft,
        "quality": to.quality,
        "link": f"{settings.SITE_URL}/espace/echeances/",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }


def time_left(ends_on: dt.date, *, on: dt.date) -> str:
    """« dans 5 mois », « dans 12 jours », « demain », « aujourd’hui »."""
    days = (ends_on - on).days
    if days < 2:
        return "demain" if days == 1 else "aujourd’hui"
    if days < 62:
        return f"dans {days} jours"
    months = (ends_on.year - on.year) * 12 + ends_on.month - on.month - (ends_on.day < on.day)
    return f"dans {months} mois"
