"""Letters about new offers: asked twice, sent once, stopped in one press, forgotten."""

import datetime as dt
import json
import os
import re
import signal
import subprocess
import sys
import threading
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from cmq.alerts import actions, rules
from cmq.alerts.models import Rhythm, SavedSearch, Scope
from cmq.core.errors import Refusal
from cmq.core.mail import send_waiting
from cmq.core.models import Change, OutgoingMail
from tests import hiring
from tests.search import things
from tests.sweeping import swept

DAY = dt.timedelta(days=1)
EMAIL = "camille@exemple.fr"
# Letters tell what had settled some minutes before.
SOON = dt.timedelta(minutes=20)


def asked(
    query: str = "q=soudeur", *, email: str = EMAIL, rhythm: Rhythm = Rhythm.DAILY, at: dt.datetime | None = None
) -> str:
    return actions.token_of(actions.ask(email=email, query=query, rhythm=rhythm, at=at))


def confirmed(query: str = "q=soudeur", **fields: object) -> str:
    token = asked(query, **fields)  # type: ignore[arg-type]
    actions.confirm(token, at=fields.get("at"))  # type: ignore[arg-type]
    return token


def news() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(key__contains=":news-").order_by("pk"))


@pytest.mark.django_db
def test_nothing_leaves_before_the_address_has_confirmed() -> None:
    now = timezone.now()
    token = asked(at=now)
    [letter] = OutgoingMail.objects.all()
    assert letter.to == EMAIL and letter.is_secret and not letter.stop_url
    hiring.stored("Soudeur", listed_at=now + SOON)
    assert actions.send(at=now + 2 * DAY) == (0, 0)
    actions.confirm(token, at=now)
    assert actions.send(at=now + 2 * DAY) == (1, 1)


@pytest.mark.django_db
def test_only_what_is_new_and_answers_is_told_and_once() -> None:
    now = timezone.now()
    confirmed(at=now)
    hiring.stored("Soudeur ancien", listed_at=now - DAY)
    hiring.stored("Soudeuse", folded_title="soudeuse", listed_at=now + SOON)
    hiring.stored("Boulanger", listed_at=now + SOON)
    assert actions.send(at=now + DAY) == (1, 0)
    hiring.stored("Soudeur nouveau", listed_at=now + DAY + SOON)
    assert actions.send(at=now + 2 * DAY) == (1, 1)
    [letter] = news()
    assert "Soudeur nouveau" in letter.text and "ancien" not in letter.text and "Boulanger" not in letter.text
    assert actions.send(at=now + 2 * DAY) == (0, 0)
    assert actions.send(at=now + 3 * DAY) == (1, 0)


@pytest.mark.django_db
def test_what_is_listed_while_letters_leave_is_told_the_next_time() -> None:
    now = timezone.now()
    confirmed(at=now)
    at = now + DAY
    hiring.stored("Soudeur de l’instant", listed_at=at)
    assert actions.send(at=at) == (1, 0)
    assert actions.send(at=at + DAY) == (1, 1)


@pytest.mark.django_db
def test_a_weekly_letter_leaves_every_week() -> None:
    now = timezone.now()
    confirmed(rhythm=Rhythm.WEEKLY, at=now)
    sent = []
    for day in range(1, 16):
        hiring.stored(f"Soudeur {day}", listed_at=now + day * DAY - dt.timedelta(hours=1))
        if actions.send(at=now + day * DAY)[1]:
            sent.append(day)
    assert sent == [7, 14]
    assert "Soudeur 1" in news()[0].text and "Soudeur 8" in news()[1].text and "Soudeur 7 " not in news()[1].text


@pytest.mark.django_db
def test_a_letter_bears_the_stop_of_mail_programs_and_its_press_erases(mailoutbox: list[mail.EmailMessage]) -> None:
    now = timezone.now()
    saved = actions.find(confirmed(at=now))
    hiring.stored("Soudeur", listed_at=now + SOON)
    actions.send(at=now + DAY)
    send_waiting()
    [letter] = [each for each in mailoutbox if each.subject.startswith("Nouvelles offres")]
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = urlsplit(letter.extra_headers["List-Unsubscribe"].strip("<>")).path
    # A link says the second it was made, so two links to one search differ.
    assert actions.find(path.split("/")[2]) == saved is not None
    client = Client(enforce_csrf_checks=True)
    assert client.get(path).status_code == 200 and SavedSearch.objects.exists()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 302
    assert not SavedSearch.objects.exists() and not OutgoingMail.objects.exists()
    assert client.post(path).status_code == 302
    assert client.get(path).status_code == 404


@pytest.mark.django_db
def test_every_other_form_of_an_alert_is_protected() -> None:
    path = f"/alertes/{asked()}/"
    assert Client(enforce_csrf_checks=True).post(path, {"acte": "confirmer"}).status_code == 403


@pytest.mark.django_db
def test_asking_again_writes_once_a_day_and_says_what_stands() -> None:
    now = timezone.now()
    for _ in range(3):
        token = asked(at=now)
    assert OutgoingMail.objects.count() == 1 and SavedSearch.objects.count() == 1
    actions.confirm(token, at=now)
    asked(at=now)
    assert OutgoingMail.objects.count() == 2
    assert "déjà" in OutgoingMail.objects.latest("pk").text


@pytest.mark.parametrize(
    ("email", "query", "said"),
    [
        ("camille", "q=a", "pas complète"),
        (EMAIL, "metier=Z9999", "pas un code du ROME"),
        (EMAIL, "rayon=3", "Le rayon est"),
    ],
)
@pytest.mark.django_db
def test_what_means_nothing_is_refused(email: str, query: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        actions.ask(email=email, query=query, rhythm=Rhythm.DAILY)
    assert not SavedSearch.objects.exists()


@pytest.mark.django_db
def test_an_address_has_twenty_alerts_at_most() -> None:
    for number in range(rules.MOST_SEARCHES):
        asked(f"q=metier{number}")
    with pytest.raises(Refusal, match="au plus 20 alertes"):
        asked("q=encore")
    assert SavedSearch.objects.count() == rules.MOST_SEARCHES


@pytest.mark.django_db
def test_two_forms_of_one_search_are_one() -> None:
    asked("q=soudeur&contrat=CDI&page=3&tri=date")
    asked("contrat=CDI&q=soudeur")
    assert SavedSearch.objects.get().query == "contrat=CDI&q=soudeur"


@pytest.mark.django_db
def test_what_was_never_confirmed_goes_after_thirty_days() -> None:
    now = timezone.now()
    token = asked(at=now)
    confirmed("q=autre", at=now)
    with pytest.raises(Refusal, match="trop ancien"):
        actions.confirm(token, at=now + 31 * DAY)
    assert swept("alerts.requests", at=now + 29 * DAY) == 0
    assert swept("alerts.requests", at=now + 30 * DAY) == 1
    assert SavedSearch.objects.get().query == "q=autre"
    assert not OutgoingMail.objects.filter(text__contains=token).exists()


@pytest.mark.django_db
def test_one_link_gives_and_erases_all_that_is_kept_of_its_address(client: Client) -> None:
    token = confirmed()
    confirmed("q=autre")
    confirmed("q=soudeur", email="dominique@exemple.fr")
    held = json.loads(client.get(f"/alertes/{token}/donnees.json").content)
    assert held["email"] == EMAIL and {each["query"] for each in held["alertes"]} == {"q=soudeur", "q=autre"}
    assert client.post(f"/alertes/{token}/", {"acte": "tout_effacer"}).status_code == 302
    assert [each.email for each in SavedSearch.objects.all()] == ["dominique@exemple.fr"]
    assert client.get(f"/alertes/{token}/donnees.json").status_code == 404


@pytest.mark.django_db
def test_addresses_are_in_no_line_and_in_no_output(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:

    now = timezone.now()
    confirmed(at=now - 2 * DAY)
    hiring.stored("Soudeur", listed_at=now - DAY)
    call_command("alertes")
    said = capsys.readouterr().out + caplog.text + "".join(Change.objects.values_list("summary", flat=True))
    assert "1 lettre(s)" in said and EMAIL not in said


def test_a_sender_killed_in_the_middle_tells_each_once(committed_db: None) -> None:
    now = timezone.now()
    for number in range(60):
        confirmed(email=f"camille{number}@exemple.fr", at=now - 2 * DAY)
    hiring.stored("Soudeur", listed_at=now - DAY)
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    victim = subprocess.Popen(
        [sys.executable, "-m", "cmq.cli", "alertes"], env={**os.environ, "DATABASE_URL": url}, stdout=subprocess.DEVNULL
    )
    waited = threading.Event()
    for _ in range(600):
        if len(news()) >= 5 or victim.poll() is not None:
            break
        waited.wait(0.02)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    before = len(news())
    actions.send(at=timezone.now())
    letters = news()
    assert before and len(letters) == 60 == len({letter.to for letter in letters})


@pytest.mark.django_db
def test_the_pages_lead_from_the_form_to_the_first_letter(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cmq.web.public.guard.FASTEST", 0)
    page = client.get("/alertes/?q=soudeur").content.decode()
    assert "« soudeur »" in page
    opened = re.search(r'name="opened" value="([^"]+)"', page)
    assert opened
    said = {"opened": opened[1], "query": "q=soudeur", "email": EMAIL, "rhythm": "hebdomadaire", "site": ""}
    assert client.post("/alertes/", said | {"email": "x"}).status_code == 422
    assert client.post("/alertes/", said)["Location"] == "/alertes/recue/"
    [path] = re.findall(r"/alertes/[^\s/]+/", OutgoingMail.objects.get().text)
    answer = client.get(path)
    assert answer["Cache-Control"] == "no-store" and not SavedSearch.objects.exclude(confirmed_at=None).exists()
    client.post(path, {"acte": "confirmer"})
    client.post(path, {"acte": "rythme", "rythme": "quotidien"})
    saved = SavedSearch.objects.get()
    assert saved.confirmed_at and saved.rhythm == Rhythm.DAILY
    assert client.post(path, {"acte": "autre"}).status_code == 422
    assert client.get("/alertes/faux/").status_code == 404


WHOLE = Scope.EVERYTHING


@pytest.mark.django_db
def test_a_search_of_the_whole_site_tells_what_appeared_of_every_kind() -> None:
    now = timezone.now()
    things.a_course("CAP Soudage", things.BERCK)
    actions.send(at=now)
    saved = actions.ask(email=EMAIL, query="q=soudage+a+berck", rhythm=Rhythm.DAILY, scope=WHOLE, at=now)
    actions.confirm(actions.token_of(saved), at=now)
    things.a_course("Mention soudage", things.BERCK)
    things.a_course("Mention soudage loin", things.LYON)
    things.a_course("CAP Boulanger", things.BERCK)
    hiring.stored("Soudage naval", listed_at=now + SOON, commune_id=things.BERCK, latitude=50.4, longitude=1.6)
    things.indexed()
    assert actions.send(at=now + DAY) == (1, 1)
    [letter] = news()
    assert "Mention soudage, " in letter.text and "Soudage naval" in letter.text
    for other in ("CAP Soudage", "loin", "Boulanger"):
        assert other not in letter.text
    assert "/recherche/?q=soudage+a+berck" in letter.text and letter.subject.startswith("Du nouveau")
    assert actions.send(at=now + 2 * DAY + SOON) == (1, 0)


@pytest.mark.django_db
def test_without_an_index_nothing_is_told_and_nothing_is_lost() -> None:
    now = timezone.now()
    actions.send(at=now)
    saved = actions.ask(email=EMAIL, query="q=soudage&type=formation", rhythm=Rhythm.DAILY, scope=WHOLE, at=now)
    actions.confirm(actions.token_of(saved), at=now)
    things.a_course("CAP Soudage", things.BERCK)
    assert actions.send(at=now + DAY) == (0, 0)
    things.indexed()
    assert actions.send(at=now + 2 * DAY) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "said"), [("", "Dites d’abord"), ("autour=50.4,1.6&q=soudeur", "ne gardons pas votre position")]
)
def test_a_search_of_the_whole_site_names_what_and_where(client: Client, query: str, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        actions.ask(email=EMAIL, query=query, rhythm=Rhythm.DAILY, scope=WHOLE)
    page = client.get(f"/alertes/?sur=recherche&{query}")
    assert page.status_code == 400 and said in page.content.decode()


@pytest.mark.django_db
def test_one_text_on_two_pages_is_two_searches_each_leading_back(client: Client) -> None:
    for scope in Scope:
        saved = actions.ask(email=EMAIL, query="type=offre&q=soudeur", rhythm=Rhythm.DAILY, scope=scope)
        assert f'href="/{scope.value}/?q=soudeur' in client.get(f"/alertes/{actions.token_of(saved)}/").content.decode()
    assert SavedSearch.objects.count() == 2
    assert "« soudeur », offres" in SavedSearch.objects.get(scope=WHOLE).label


@pytest.mark.django_db
def test_the_page_of_results_leads_to_its_alert_and_never_with_a_position(client: Client) -> None:
    things.a_course("CAP Soudage", things.BERCK)
    things.indexed()
    page = client.get("/recherche/?q=soudage&lieu=Berck (62)", follow=True).content.decode()
    [address] = re.findall(r'href="(/alertes/[^"]+)"', page)
    form = client.get(unescape(address)).content.decode()
    assert "« soudage », à 30 km de Berck" in form and 'name="scope" value="recherche"' in form
    assert "/alertes/" not in client.get("/recherche/?q=soudage&autour=50.408,1.564").content.decode()
