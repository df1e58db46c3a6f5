"""Questions are counted, and nobody can be recognised in the count."""

import datetime as dt

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from cmq.search import rules, sought
from cmq.search.answering import answer
from cmq.search.asking import Ask
from cmq.search.models import SoughtWords
from tests.factories import a_keeper
from tests.search.things import BERCK, a_job, an_offer, indexed
from tests.sweeping import swept

pytestmark = pytest.mark.django_db
DAY = dt.date(2027, 3, 1)


@pytest.fixture(autouse=True)
def _found() -> None:
    a_job("J1501", "Aide-soignant / Aide-soignante")
    an_offer("Aide-soignante de nuit", BERCK)
    indexed()


def asked(text: str, *, times: int, days: int) -> None:
    """A question asked so often, spread over days that follow each other."""
    for day in range(days):
        for _ in range(times // days):
            sought.count(answer(Ask(q=text)))
        sought.flush(on=DAY + dt.timedelta(days=day))


def test_a_frequent_question_is_kept_in_words_without_its_place() -> None:
    asked("Aide-soignant à Berck", times=12, days=3)
    row = SoughtWords.objects.get()
    assert (row.words, row.asked, row.unanswered, row.days) == ("aide soignant", 12, 0, 3)
    assert row.last_day == DAY + dt.timedelta(days=2)


def test_what_finds_nothing_is_seen() -> None:
    asked("xylophoniste", times=12, days=3)
    assert SoughtWords.objects.get().unanswered == 12


@pytest.mark.parametrize(("times", "days"), [(9, 3), (40, 2), (100, 1)])
def test_a_rare_question_is_only_a_digest(times: int, days: int) -> None:
    asked("jean dupont", times=times, days=days)
    row = SoughtWords.objects.get()
    assert row.words == "" and row.asked == times // days * days
    assert "dupont" not in str([field.value_from_object(row) for field in row._meta.fields])
    assert not SoughtWords.objects.shown().exists()


@pytest.mark.parametrize(
    "text",
    [
        "jean.dupont@exemple.fr",
        "06 12 34 56 78",
        "0612345678",
        "https://exemple.fr/moi",
        "dossier 123456",
        "un deux trois quatre cinq six sept",
        "<>",
        "à",
        "Berck",
    ],
)
def test_what_could_be_somebody_s_is_never_counted(text: str) -> None:
    asked(text, times=30, days=3)
    assert not SoughtWords.objects.exists()


def test_codes_of_the_rome_are_words() -> None:
    assert rules.may_be_counted("J1501", ["j1501"]) and not rules.may_be_counted("J15011", ["j15011"])


@given(st.text(max_size=80))
def test_no_long_number_and_no_address_is_ever_counted(text: str) -> None:
    words = text.split()
    if rules.may_be_counted(text, words):
        assert "@" not in text and len(words) <= 5


def test_the_same_day_counts_once_however_many_write() -> None:
    for _ in range(5):
        sought.count(answer(Ask(q="soudeur")))
        sought.flush(on=DAY)
    assert SoughtWords.objects.get().days == 1


def test_only_the_first_page_counts() -> None:
    sought.count(answer(Ask(q="soudeur", kind="offre", page=2)))
    assert sought.flush(on=DAY) == 0


def test_what_is_old_or_stayed_rare_is_forgotten() -> None:
    asked("aide-soignant", times=12, days=3)
    asked("soudeur", times=3, days=3)
    last = DAY + dt.timedelta(days=2)
    noon = dt.datetime.combine(last, dt.time(12), dt.UTC)
    assert swept("search.sought", at=noon + dt.timedelta(days=rules.RARE_DAYS)) == 0
    assert swept("search.sought", at=noon + dt.timedelta(days=rules.RARE_DAYS + 1)) == 1
    assert SoughtWords.objects.get().words == "aide soignant"
    assert swept("search.sought", at=noon + dt.timedelta(days=rules.KEPT_DAYS + 1)) == 1
    assert not SoughtWords.objects.exists()


def test_the_page_counts_what_readers_type_and_keepers_see_it(client: Client) -> None:
    for _ in range(4):
        client.get("/recherche/?q=xylophoniste")
    client.get("/recherche/?q=xylophoniste&type=poney")
    for day in range(3):
        for _ in range(4 * (day > 0)):
            sought.count(answer(Ask(q="xylophoniste")))
        sought.flush(on=DAY + dt.timedelta(days=day))
    assert SoughtWords.objects.get().asked == 12
    client.force_login(a_keeper())
    page = client.get("/espace/registre/recherches/?vue=introuvables").content.decode()
    assert "xylophoniste" in page and "Offres" in page
    assert "/espace/registre/recherches/" in client.get("/espace/registre/").content.decode()
