"""What people write stays in its place in a header: no second address in a letter, no second header in an answer."""

from email.message import Message
from types import SimpleNamespace

import pytest
from django.core import mail as django_mail
from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.actions import open_account
from cmq.campuses.actions import invite
from cmq.campuses.models import CampusRole
from cmq.core import mail
from cmq.core.models import OutgoingMail
from cmq.core.text import one_line
from cmq.web import downloads
from tests.factories import a_campus

THIEF = "voleur@exemple.fr"
LINES = [f"Campus\r\nBcc: {THIEF}", f"Campus\nBcc: {THIEF}\n\nun autre texte", f"Campus\u2028Bcc: {THIEF}"]


def sent() -> list[str]:
    """Every letter that left, as it goes to the relay."""
    mail.send_waiting()
    return [each.message().as_string() for each in django_mail.outbox]


@pytest.mark.django_db
@pytest.mark.parametrize("name", LINES)
def test_a_name_adds_no_header_to_a_letter(name: str) -> None:
    campus = a_campus()
    type(campus).objects.filter(pk=campus.pk).update(name=name)
    campus.refresh_from_db()
    invite(campus, email="nouvelle@exemple.fr", role=CampusRole.DIRECTOR, by=None)
    (letter,) = sent()
    head = letter.partition("\n\n")[0]
    assert not [line for line in head.splitlines() if line.lower().startswith(("bcc", "cc"))]
    assert django_mail.outbox[0].recipients() == ["nouvelle@exemple.fr"]


@pytest.mark.django_db
@pytest.mark.parametrize("columns", [{"subject": LINES[0]}, {"to": f"a@exemple.fr\nBcc: {THIEF}"}])
def test_a_header_that_two_lines_would_make_does_not_leave(columns: dict[str, str]) -> None:
    """Behind what cleans names, the library refuses what would slip through; the letters that follow leave."""
    written = {"to": "a@exemple.fr", "subject": "s", "text": "t", "created_at": timezone.now()}
    OutgoingMail.objects.create(**{**written, **columns, "key": "first"})
    OutgoingMail.objects.create(**{**written, "key": "second"})
    assert len(sent()) == 1
    refused = OutgoingMail.objects.get(key="first")
    assert refused.sent_at is None and refused.last_error


@pytest.mark.django_db
def test_an_address_that_holds_two_is_none(client: Client) -> None:
    open_account(email="claude@exemple.fr", name="Claude", password="mot de passe de test")
    for typed in (f"claude@exemple.fr\nBcc: {THIEF}", f"claude@exemple.fr,{THIEF}", f"claude@exemple.fr {THIEF}"):
        client.post(reverse("account_reset_password"), {"email": typed})
    assert not [letter for letter in sent() if THIEF in letter]


@pytest.mark.parametrize(
    "name",
    [
        'a"; filename="b.html',
        "a\r\nSet-Cookie: sessionid=x.pdf",
        "a\nContent-Type: text/html\n\n<script>.pdf",
        "a;b=c.pdf",
        "dossier\\..\\b.pdf",
        "rapport “final” é.pdf",
        "a\u202efdp.exe",
    ],
)
def test_a_file_name_stays_a_file_name(name: str) -> None:
    stored = default_storage.save("pieces/essai.pdf", ContentFile(b"%PDF"))
    request = RequestFactory().get("/")
    request.user = SimpleNamespace(pk=1)
    token = signing.dumps({"file": stored, "name": name, "size": 4, "person": 1}, salt=downloads.SALT)
    header = downloads.given(request, token)["Content-Disposition"]
    assert "\r" not in header and "\n" not in header
    read = Message()
    read["Content-Disposition"] = header
    assert read.get_content_disposition() == "attachment" and read.get_filename() == one_line(name)
    assert {each for each, _ in read.get_params(header="content-disposition")} == {"attachment", "filename"}
