"""The outbox: a letter is written in the transaction of its cause, and leaves when that has committed."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from cmq.core.models import OutgoingMail
from cmq.core.text import one_line

MAX_ATTEMPTS = 10
DUMMY_BACKEND = "django.core.mail.backends.dummy.EmailBackend"


def post(to: str, template: str, context: dict[str, object], *, key: str, is_secret: bool = False) -> bool:
    """Put one letter in the outbox and send it after commit.

    Args:
        to: address of one person.
        template: path without ending; `<template>.txt` has the subject as its first line.
        context: what the template needs.
        key: once per event and person; a second call with the same key does nothing.
        is_secret: the letter bears a key; its text is not kept once it has left.
    Returns whether the letter is new.
    """
    subject, _, text = render_to_string(f"{template}.txt", context).strip().partition("\n")
    mail, created = OutgoingMail.objects.get_or_create(
        key=key[:200],
        defaults={
            "to": to,
            "subject": one_line(subject)[:200],
            "text": text.strip(),
            "is_secret": is_secret,
            "created_at": timezone.now(),
        },
    )
    if created:
        transaction.on_commit(lambda: _try(mail))
    return created


def send_waiting(limit: int = 500) -> tuple[int, int]:
    """Send what waits in the outbox; (sent, failed). A failure keeps its reason and waits for the next run."""
    waiting = OutgoingMail.objects.waiting().filter(attempts__lt=MAX_ATTEMPTS)[:limit]
    results = [_try(mail) for mail in waiting]
    return sum(results), len(results) - sum(results)


def _try(mail: OutgoingMail) -> bool:
    mail.attempts += 1
    try:
        EmailMessage(mail.subject, mail.text, to=[mail.to]).send()
    except (OSError, smtplib.SMTPException) as error:
        mail.last_error = str(error)[:300]
    else:
        mail.sent_at, mail.last_error = timezone.now(), ""
        # Without a mail server the outbox is the only place where the letter can be read.
        if mail.is_secret and settings.EMAIL_BACKEND != DUMMY_BACKEND:
            mail.text = ""
    mail.save(update_fields=["attempts", "sent_at", "last_error", "text"])
    return mail.sent_at is not None
