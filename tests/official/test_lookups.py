"""Addresses and companies, asked one at a time of sources on this machine that speak as the real ones."""

import datetime as dt
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cmq.campuses.actions import add_partner
from cmq.catalogue.actions import build_courses
from cmq.catalogue.models import Course, Establishment, GeocodedAddress
from cmq.official.fetching import Caller
from cmq.official.lookups import run_lookup
from cmq.official.models import RunState
from cmq.official.sources import addresses, companies
from cmq.organisations.models import CompanyRecord, Organisation
from cmq.trainings.models import Training
from tests.factories import a_campus, a_keeper, an_organisation
from tests.official.making import listed
from tests.official.serving import Answer, Asked, source

pytestmark = pytest.mark.django_db

OPEN, CLOSED, UNKNOWN = "13002526500013", "26570134200148", "11004301500012"


def asked(call: Asked, name: str) -> str:
    return parse_qs(urlsplit(call.path).query)[name][0]


def feature(score: float) -> bytes:
    point = {"type": "Point", "coordinates": [3.0706, 50.6363]}
    said = {"label": "12 Rue du Port 59000 Lille", "score": score, "citycode": "59350"}
    return listed({"type": "FeatureCollection", "features": [{"geometry": point, "properties": said}]})


@pytest.fixture
def training() -> Training:
    campus, lycee = a_campus(), an_organisation("Lycée", uai="0590122M")
    add_partner(campus, lycee)
    where = {"address": "12, rue du Port", "commune_id": "59350", "confirmed_on": timezone.localdate()}
    return Training.objects.create(campus=campus, organisation=lycee, title="Froid", **where)


def test_an_address_is_asked_once_and_places_the_training(training: Training, monkeypatch: pytest.MonkeyPatch) -> None:
    Establishment.objects.create(uai="0590122M", name="Lycée", commune_id="59350", latitude=50.0, longitude=3.0)
    with source(lambda _: Answer(feature(0.93))) as (url, calls):
        monkeypatch.setattr(addresses, "URL", url)
        assert run_lookup(addresses.LOOKUP).changed == 1
        assert run_lookup(addresses.LOOKUP).changed == 0
    assert len(calls) == 1 and (asked(calls[0], "q"), asked(calls[0], "citycode")) == ("12, rue du Port", "59350")
    course = Course.objects.get(training=training)
    assert (course.latitude, course.longitude) == (50.6363, 3.0706)
    assert course.provenance["latitude"][:2] == ["ban", "Base adresse nationale"]


@pytest.mark.parametrize("answer", [feature(0.3), listed({"features": []}), listed({"features": [{}]})])
def test_an_unlikely_place_is_no_place(training: Training, monkeypatch: pytest.MonkeyPatch, answer: bytes) -> None:
    with source(lambda _: Answer(answer)) as (url, _):
        monkeypatch.setattr(addresses, "URL", url)
        run_lookup(addresses.LOOKUP)
    assert GeocodedAddress.objects.get().latitude is None
    build_courses()
    assert "latitude" not in Course.objects.get().provenance


def sirene(call: Asked) -> Answer:
    siret = asked(call, "q")
    if siret == UNKNOWN:
        return Answer(listed({"results": [], "total_results": 0}))
    place = {"siret": siret, "etat_administratif": "A" if siret == OPEN else "F", "commune": "75107"}
    place |= {"activite_principale": "84.11Z", "activite_principale_naf25": "84.11Y"}
    seat = {"siege": place} if siret == OPEN else {"siege": {"siret": "1"}, "matching_etablissements": [place]}
    return Answer(listed({"results": [{"nom_complet": f"MAISON {siret}", **seat}]}))


@pytest.fixture
def held() -> None:
    for siret in (OPEN, CLOSED, UNKNOWN):
        an_organisation(siret=siret)
    an_organisation(siret="35600000000048", is_demo=True)


def test_companies_are_known_open_closed_or_unknown_and_no_demonstration_is_asked_about(
    held: None, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    with source(sirene) as (url, calls):
        monkeypatch.setattr(companies, "URL", url)
        assert run_lookup(companies.LOOKUP).changed == 3
    assert len(calls) == 3
    assert dict(CompanyRecord.objects.values_list("siret", "is_open")) == {OPEN: True, CLOSED: False, UNKNOWN: None}
    record = CompanyRecord.objects.get(siret=CLOSED)
    assert (record.name, record.activity_2025, record.commune_id) == (f"MAISON {CLOSED}", "84.11Y", "75107")
    client.force_login(a_keeper())
    for siret, said in ((CLOSED, "établissement fermé"), (UNKNOWN, "n’y est pas connu")):
        page = client.get(f"/espace/organisations/{Organisation.objects.get(siret=siret).pk}/")
        assert said in page.content.decode()


def test_what_was_cut_goes_on_where_it_stopped(held: None, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([True, False])

    def replies(call: Asked) -> Answer:
        return sirene(call) if next(answers, True) else Answer(status=403)

    with source(replies) as (url, _):
        monkeypatch.setattr(companies, "URL", url)
        run = run_lookup(companies.LOOKUP)
        assert run.state == RunState.FAILED and "refuse l’accès" in run.report["error"] and run.changed == 1
        assert run_lookup(companies.LOOKUP).changed == 2


def test_an_old_answer_is_asked_again_and_a_dry_run_asks_nothing(held: None) -> None:
    today = timezone.localdate()
    CompanyRecord.objects.create(siret=OPEN, name="x", asked_on=today - companies.AGAIN_AFTER - dt.timedelta(days=1))
    CompanyRecord.objects.create(siret=CLOSED, name="x", asked_on=today)
    assert list(companies.waiting(today)) == sorted([OPEN, UNKNOWN])
    run = run_lookup(companies.LOOKUP, dry_run=True)
    assert (run.state, run.read, run.changed) == (RunState.TRIED, 2, 0)


def test_seven_questions_a_second_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = [0.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    with source(sirene) as (url, _):
        monkeypatch.setattr(companies, "URL", url)
        caller = Caller("x", per_second=companies.LOOKUP.per_second, sleep=sleep, clock=lambda: now[0])
        for _ in range(15):
            companies.ask(caller, OPEN)
    assert sum(slept) == pytest.approx(2)


def test_a_file_is_not_for_them(tmp_path: object) -> None:
    with pytest.raises(CommandError, match="se demande en ligne"):
        call_command("import", "official", "entreprises", "--file", "x.json")
