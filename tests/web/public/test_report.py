"""« Signaler une erreur »: it reaches the keepers, and only people's reports do."""

import time

import pytest
from django.core import signing
from django.test import Client

from cmq.campuses.models import Campus, ErrorReport
from cmq.core.models import OutgoingMail
from cmq.web.public import guard
from tests.factories import a_keeper

from .conftest import NASTY

pytestmark = pytest.mark.django_db


def sent(client: Client, campus: Campus, *, age: int = 60, **fields: str) -> object:
    """Post the form as a page opened `age` seconds ago would."""
    opened = signing.dumps(time.time() - age, salt=guard.SALT)
    return client.post(
        f"/campus/{campus.slug}/signaler/", {"message": "La ville est fausse.", "opened": opened, **fields}
    )


def test_a_report_reaches_the_keepers_and_is_thanked_for(client: Client, als: Campus) -> None:
    keeper = a_keeper()
    response = sent(client, als, message=f"Faux : {NASTY}", reply_to="lecteur@exemple.fr")
    assert response.status_code == 302 and response["Location"] == f"/campus/{als.slug}/"
    kept = ErrorReport.objects.get()
    assert (kept.campus, kept.reply_to) == (als, "lecteur@exemple.fr")
    letter = OutgoingMail.objects.get()
    assert letter.to == keeper.email and als.name in letter.subject
    assert NASTY in letter.text and "lecteur@exemple.fr" in letter.text and f"/campus/{als.slug}/" in letter.text
    assert "Merci. Votre signalement est transmis" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"message": ""}, "Dites ce qui est faux"),
        ({"message": "x" * 2001}, "2000"),
        ({"reply_to": "pas une adresse"}, "adresse"),
        ({"opened": "forgé"}, "ouvert depuis trop longtemps"),
    ],
)
def test_what_is_wrong_in_the_form_is_said_beside_it(
    client: Client, als: Campus, fields: dict[str, str], said: str
) -> None:
    response = sent(client, als, **fields)
    assert response.status_code == 400
    assert said in response.content.decode().replace("\u202f", "").replace("\xa0", "")
    assert not ErrorReport.objects.exists()


def test_robots_are_thanked_and_forgotten(client: Client, als: Campus) -> None:
    assert sent(client, als, site="https://spam.example").status_code == 302
    assert not ErrorReport.objects.exists()


def test_a_form_filled_in_no_time_comes_back_with_its_text(client: Client, als: Campus) -> None:
    response = sent(client, als, age=0, message="Trop rapide")
    assert response.status_code == 400
    text = response.content.decode()
    assert "parti trop vite" in text and "Trop rapide" in text


def test_a_form_kept_for_days_comes_back(client: Client, als: Campus, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = signing.dumps(0.0, salt=guard.SALT)
    monkeypatch.setattr(guard, "SLOWEST", -1)
    response = client.post(f"/campus/{als.slug}/signaler/", {"message": "x", "opened": opened})
    assert response.status_code == 400 and "trop longtemps" in response.content.decode()


def test_five_an_hour_from_one_address(client: Client, als: Campus) -> None:
    for _ in range(5):
        assert sent(client, als).status_code == 302
    refused = sent(client, als)
    assert refused.status_code == 429 and int(refused["Retry-After"]) > 0
    assert "<h1" in refused.content.decode()
    assert ErrorReport.objects.count() == 5
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert sent(elsewhere, als).status_code == 302


def test_the_form_needs_its_own_page(als: Campus) -> None:
    assert sent(Client(enforce_csrf_checks=True), als).status_code == 403
