"""The outbox: a letter is written in the transaction of its cause, and leaves once, when that has committed.

What is kept is the plain text; the HTML twin is drawn from it when the letter leaves.
"""

import datetime as dt
import smtplib

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django_tasks import task

from cmq.core import letters, tracing
from cmq.core.locks import without_a_sign
from cmq.core.models import OutgoingMail

MAX_ATTEMPTS = 10
HELD_FOR = dt.timedelta(minutes=15)
DUMMY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


def post(
    to: str, template: str, context: dict[str, object], *, key: str, is_secret: bool = False, stop_url: str = ""
) -> bool:
    """Put one letter in the outbox and send it after commit.

    Args:
        to: address of one person.
        template: path without ending; `<template>.txt` has the subject as its first line.
        context: what the template needs.
        key: once per event and person; a second call with the same key does nothing. It outlives the address, which
            is in none.
        is_secret: the letter bears a key; its text is not kept once it has left.
        stop_url: where one press of the reader's mail program stops such letters (RFC 8058).
    Returns whether the letter is new.
    """
    if "@" in key:
        raise ValueError("the key of a letter names people by their number")
    letter = letters.render(template, context)
    mail, created = OutgoingMail.objects.get_or_create(
        key=key[:200],
        defaults={
            "to": to,
            "subject": letter.subject,
            "text": letter.text,
            "is_secret": is_secret,
            "stop_url": stop_url,
            "created_at": timezone.now(),
        },
    )
    if created:
        transaction.on_commit(lambda: send.enqueue(mail.pk))
    return created


@task()
def send(pk: int) -> None:
    """Send one letter now if nobody else does; a failure waits in the outbox for the next run."""
    mail = OutgoingMail.objects.filter(pk=pk).first()
    # Erased meanwhile with what caused it.
    if mail is not None:
        _try(mail)


def send_waiting(limit: int = 500) -> tuple[int, int]:
    """Send what waits in the outbox; (sent, failed). A failure keeps its reason and waits for the next run."""
    waiting = OutgoingMail.objects.waiting().filter(attempts__lt=MAX_ATTEMPTS).filter(_free(timezone.now()))[:limit]
    results = [result for mail in waiting if (result := _try(mail)) is not None]
    return sum(results), len(results) - sum(results)


def _free(now: dt.datetime) -> Q:
    """Letters that no process is sending; one that died on the way holds its letter for a while only."""
    return Q(taken_at=None) | without_a_sign("taken_at", at=now, after=HELD_FOR)


def _try(mail: OutgoingMail) -> bool | None:
    """Send one letter; whether it left, or None when another process has it."""
    now = timezone.now()
    mine = OutgoingMail.objects.filter(_free(now), pk=mail.pk, sent_at=None)
    if not mine.update(taken_at=now, attempts=F("attempts") + 1):
        return None
    mail.refresh_from_db()
    try:
        message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.to], headers=_headers(mail))
        message.attach_alternative(letters.as_html(mail.subject, mail.text), "text/html")
        with tracing.span("SMTP", "client", server__address=str(settings.EMAIL_HOST)):
            message.send()
    # ValueError: headers that the library refuses, addresses that no mail knows. One such letter stops no other.
    except (OSError, smtplib.SMTPException, ValueError) as error:
        mail.last_error = str(error)[:300]
    else:
        mail.sent_at, mail.last_error = timezone.now(), ""
        # Without a mail server the outbox is the only place where the letter can be read.
        if mail.is_secret and settings.EMAIL_BACKEND != DUMMY_BACKEND:
            mail.text = mail.stop_url = ""
    mail.taken_at = None
    mail.save(update_fields=["taken_at", "sent_at", "last_error", "text", "stop_url"])
    return mail.sent_at is not None


def _headers(mail: OutgoingMail) -> dict[str, str]:
    """RFC 2369 and RFC 8058: how to stop letters of this kind."""
    if not mail.stop_url:
        return {}
    return {"List-Unsubscribe": f"<{mail.stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
