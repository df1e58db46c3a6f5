"""The outbox keeps every letter, sends it once, and remembers what failed."""

import datetime as dt

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from cmq.core import mail
from cmq.core.models import OutgoingMail


def a_letter(key: str = "k") -> bool:
    context = {"report": None, "link": "https://exemple.fr/"}
    return mail.post("quelquun@exemple.fr", "mail/error_report", context, key=key)


@pytest.mark.django_db
def test_a_letter_leaves_after_commit_and_once(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert a_letter()
        assert not a_letter()
        assert django_mail.outbox == []
    assert len(django_mail.outbox) == 1
    assert OutgoingMail.objects.get().sent_at is not None


@pytest.mark.django_db
def test_a_broken_server_loses_nothing(settings: object, django_capture_on_commit_callbacks: object) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    with django_capture_on_commit_callbacks(execute=True):
        a_letter()
    letter = OutgoingMail.objects.get()
    assert letter.sent_at is None
    assert letter.last_error
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert mail.send_waiting() == (1, 0)
    assert mail.send_waiting() == (0, 0)


@pytest.mark.django_db
def test_a_letter_that_another_process_sends_is_left_to_it(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=False):
        a_letter()
    now = timezone.now()
    OutgoingMail.objects.update(taken_at=now)
    assert mail.send_waiting() == (0, 0)
    OutgoingMail.objects.update(taken_at=now - mail.HELD_FOR - dt.timedelta(seconds=1))
    assert mail.send_waiting() == (1, 0)
    letter = OutgoingMail.objects.get()
    assert (letter.attempts, letter.taken_at) == (1, None)
    assert len(django_mail.outbox) == 1
