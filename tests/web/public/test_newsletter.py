"""The letter as its readers meet it: the form, the page of their choices, the button of their mail program."""

import json
import logging
import time
from typing import Any

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client

from cmq.core.models import OutgoingMail
from cmq.newsletter.models import Consent, End, Subscriber
from cmq.web.public import guard
from tests.newsletter.letter_world import asked, link_in, stop_token_of, subscribed, token_of

pytestmark = pytest.mark.django_db
EMAIL = "camille@exemple.fr"


@pytest.fixture(autouse=True)
def _no_count() -> None:
    cache.clear()


def sent(client: Client, *, age: int = 60, **fields: Any) -> Any:
    """Post the form as a page opened `age` seconds ago would."""
    opened = signing.dumps(time.time() - age, salt=guard.SALT)
    data = {"email": EMAIL, "rhythm": "hebdomadaire", "themes": ["actualites"], "opened": opened}
    return client.post("/lettre/", {**data, **fields})


def test_a_visitor_asks_confirms_changes_reads_their_data_and_leaves(client: Client) -> None:
    answer = sent(client, themes=["offres", "evenements"], regions=["53"])
    assert (answer.status_code, answer["Location"]) == (302, "/lettre/recue/")
    link = link_in(OutgoingMail.objects.get().text)
    page = client.get(link)
    assert page["Cache-Control"] == "no-store" and page["Referrer-Policy"] == "same-origin"
    assert "Confirmer mon abonnement" in page.content.decode() and EMAIL not in page.content.decode()
    assert Subscriber.objects.get().confirmed_at is None
    assert "Confirmé le" in client.post(link, {"acte": "confirmer"}, follow=True).content.decode()
    changed = {"acte": "enregistrer", "rhythm": "mensuel", "themes": ["actualites"], "regions": ["53", "32"]}
    assert "choix sont enregistrés" in client.post(link, changed, follow=True).content.decode()
    kept = json.loads(client.get(f"{link}mes-donnees.json").content)
    assert kept["adresse"] == EMAIL and kept["regions"] == ["Bretagne", "Hauts-de-France"]
    text = client.get(f"{link}mes-donnees.txt")
    assert "Rythme : Chaque mois" in text.content.decode() and "attachment" in text["Content-Disposition"]
    over = client.post(link, {"acte": "arreter"}, follow=True)
    assert "ne recevrez plus" in over.content.decode() and not Subscriber.objects.exists()
    for path in (link, f"{link}mes-donnees.json"):
        assert client.get(path).status_code == 404


def test_nothing_tells_a_known_address_from_an_unknown_one(client: Client) -> None:
    subscribed("autre@exemple.fr")
    known, new = sent(client, email="autre@exemple.fr"), sent(client)
    assert (known.status_code, known["Location"], known.content) == (new.status_code, new["Location"], new.content)
    # But for the number of the answer, which is drawn.
    for answer in (known, new):
        del answer.headers["X-Request-Id"]
    assert known.headers.items() == new.headers.items()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": ""}, "Donnez votre adresse"),
        ({"email": "camille"}, "adresse"),
        ({"themes": []}, "au moins un sujet"),
        ({"themes": ["tout"]}, "tout"),
        ({"rhythm": "jamais"}, "jamais"),
        ({"regions": ["<script>"]}, "&lt;script&gt;"),
        ({"age": 1}, "trop vite"),
        ({"opened": "faux"}, "trop longtemps"),
    ],
)
def test_what_cannot_be_is_said_and_kept(client: Client, fields: dict[str, Any], said: str) -> None:
    answer = sent(client, **fields)
    assert answer.status_code == 422 and said in answer.content.decode()
    assert not Subscriber.objects.exists()


def test_robots_and_insistence_get_nowhere(client: Client) -> None:
    assert sent(client, site="https://robot.example").status_code == 302
    assert not Subscriber.objects.exists()
    for number in range(10):
        assert sent(client, email=f"p{number}@exemple.fr").status_code == 302
    assert sent(client, email="p10@exemple.fr").status_code == 429


def test_a_link_may_tick_the_boxes_but_name_nobody(client: Client) -> None:
    path = f"/lettre/?sujet=evenements&region=bretagne&email={EMAIL}&sujet=rien"
    page = client.get(path).content.decode()
    assert 'value="53" id="id_regions' in page.replace("checked ", "") and EMAIL not in page
    ticked = [line for line in page.split("<input") if "checked" in line]
    assert len(ticked) == 3 and any("evenements" in each for each in ticked)


def test_a_scanner_that_follows_every_link_ends_nothing() -> None:
    subscriber = subscribed()
    path = f"/lettre/12/desabonnement/{stop_token_of(subscriber)}/"
    scanner = Client()
    for method in ("get", "head", "options"):
        getattr(scanner, method)(path)
        getattr(scanner, method)(f"/lettre/abonnement/{token_of(subscriber)}/")
    assert Subscriber.objects.count() == 1


def test_one_click_needs_no_page_and_no_cookie_and_says_the_same_twice() -> None:
    subscriber = subscribed()
    path = f"/lettre/12/desabonnement/{stop_token_of(subscriber)}/"
    program = Client(enforce_csrf_checks=True)
    answers = [program.post(path, {"List-Unsubscribe": "One-Click"}) for _ in range(2)]
    assert [(each.status_code, each.content) for each in answers] == [(200, answers[0].content)] * 2
    assert not Subscriber.objects.exists() and Consent.objects.get().end == End.ONE_CLICK
    assert not answers[0].cookies


def test_the_link_under_the_letter_opens_a_page_whose_button_ends_it() -> None:
    subscriber, client = subscribed(), Client(enforce_csrf_checks=True)
    path = f"/lettre/12/desabonnement/{stop_token_of(subscriber)}/"
    assert "Me désabonner" in client.get(path).content.decode()
    assert client.post(path)["Location"] == "/lettre/fin/"
    assert Consent.objects.get().end == End.STOPPED
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "0-0", f"1-{'0' * 40}", "9" * 30, "%00", "é", "1-" + "a" * 5000])
def test_links_that_lead_nowhere(client: Client, token: str) -> None:
    subscribed()
    for path in (f"/lettre/abonnement/{token}/", f"/lettre/12/desabonnement/{token}/"):
        assert client.get(path).status_code in (400, 404)
        client.post(path, {"acte": "arreter", "List-Unsubscribe": "One-Click"})
    assert Subscriber.objects.count() == 1


def test_other_methods_are_refused_and_forms_need_their_page() -> None:
    subscriber, client = asked(), Client(enforce_csrf_checks=True)
    choices = f"/lettre/abonnement/{token_of(subscriber)}/"
    for path in ("/lettre/", choices):
        assert client.post(path, {"acte": "confirmer"}).status_code == 403
    for path in ("/lettre/", choices, f"/lettre/12/desabonnement/{stop_token_of(subscriber)}/"):
        assert Client().put(path).status_code == 405
    assert client.post(f"{choices}mes-donnees.json").status_code == 403
    assert Client().post(f"{choices}mes-donnees.json").status_code == 405


def test_addresses_are_in_no_log_and_no_address_of_a_page(
    client: Client, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], settings: object
) -> None:
    """The whole way, right and wrong, with the mail server down and everything logged."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    visited: list[str] = []
    for fields in ({}, {}, {"email": f"{EMAIL}x y"}, {"themes": []}):
        answer = sent(client, **fields)
        visited.append(answer.headers.get("Location", ""))
    link = f"/lettre/abonnement/{token_of(Subscriber.objects.get())}/"
    for act in ("confirmer", "enregistrer", "arreter", "arreter"):
        answer = client.post(link, {"acte": act}, follow=True)
        visited += [url for url, _ in answer.redirect_chain]
    printed = capfd.readouterr()
    everything = " ".join([caplog.text, printed.out, printed.err, link, *visited])
    assert "camille" not in everything and "exemple.fr" not in everything
