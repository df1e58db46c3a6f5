"""Offers come from their sources page by page; what is cut goes on, what is suspicious closes nothing."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.careers.actions import load_occupations
from cmq.core.errors import Refusal
from cmq.core.locks import one_at_a_time
from cmq.offers.models import Closing, JobOffer, OfferOrigin, OfferState
from cmq.official.fetching import Caller
from cmq.official.models import OfficialRun, RunState
from cmq.official.running import run_offers
from cmq.official.sources import france_travail, la_bonne_alternance
from tests.official.publishing import SEARCH, TOKEN, a_raw, an_alternance
from tests.official.publishing import france_travail as protocol
from tests.official.serving import Answer, Asked, Replies, source

FT, LBA = france_travail.IMPORTER, la_bonne_alternance.IMPORTER
KEYS = {"CMQ_FRANCE_TRAVAIL_ID": "moi", "CMQ_FRANCE_TRAVAIL_SECRET": "secret", "CMQ_FRANCE_TRAVAIL_PER_SECOND": "5000"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    """Waiting takes no time."""
    monkeypatch.setattr(Caller.__init__, "__kwdefaults__", {**Caller.__init__.__kwdefaults__, "sleep": lambda _: None})
    settings.VAR_DIR = tmp_path
    settings.FRANCE_TRAVAIL_ID, settings.FRANCE_TRAVAIL_SECRET = "moi", "secret"
    settings.FRANCE_TRAVAIL_PER_SECOND = 100_000.0


@pytest.fixture
def serve(settings: Any) -> Iterator[Callable[[Replies], list[Asked]]]:
    """Put a source at the addresses of the settings; the calls that it has had."""
    opened: list[Any] = []

    def start(replies: Replies) -> list[Asked]:
        running = source(replies)
        url, calls = running.__enter__()
        opened.append(running)
        settings.FRANCE_TRAVAIL_URL, settings.FRANCE_TRAVAIL_TOKEN_URL = f"{url}/v2", f"{url}{TOKEN}"
        settings.BONNE_ALTERNANCE_URL, settings.BONNE_ALTERNANCE_KEY = f"{url}/api", "cle"
        return calls

    yield start
    for each in opened:
        each.__exit__(None, None, None)


def searches(calls: list[Asked], departement: str = "62") -> list[dict[str, list[str]]]:
    asked = [parse_qs(urlsplit(call.path).query) for call in calls if call.path.startswith(SEARCH)]
    return [query for query in asked if query["departement"] == [departement]]


def numbers() -> set[str]:
    return set(OfferOrigin.objects.filter(gone_at=None).values_list("number", flat=True))


@pytest.mark.django_db
def test_an_offer_is_read_whole_and_no_person_is_kept(serve: Callable[[Replies], list[Asked]]) -> None:
    load_occupations()
    text = "<p>Souder.</p><script>alert(1)</script>Écrire à jeanne.personne@exemple.fr ou au 06 01 02 03 04.&lt;b&gt;"
    serve(protocol(lambda: [a_raw(1, description=text)]))
    run = run_offers(FT)
    assert (run.state, run.read, run.created) == (RunState.DONE, 1, 1)
    offer = JobOffer.objects.get()
    assert offer.text.startswith("Souder.\n") and "alert" not in offer.text and "<" not in offer.text
    assert "[adresse masquée] ou au [numéro masqué]" in offer.text
    assert (offer.contract, offer.duration_months, offer.positions, str(offer.weekly_hours)) == ("CDD", 6, 2, "35.5")
    assert (offer.occupation_id, offer.commune_id, offer.naf_division, offer.place) == (
        "H2913",
        "62108",
        "25",
        "Berck (62)",
    )
    assert offer.origins.get().url == "https://exemple.fr/offres/1"
    kept = json.dumps([{k: str(v) for k, v in row.items()} for row in JobOffer.objects.values()])
    assert not any(person in kept for person in ("Jeanne", "jeanne", "0601020304"))


@pytest.mark.django_db
def test_a_departement_beyond_the_limit_is_asked_by_pieces_of_time(serve: Callable[[Replies], list[Asked]]) -> None:
    start = timezone.now() - dt.timedelta(days=40)
    many = [a_raw(n, published=start + dt.timedelta(minutes=15 * n)) for n in range(3_400)]
    calls = serve(protocol(lambda: many))
    run = run_offers(FT)
    assert (run.state, run.read, run.created) == (RunState.DONE, 3_400, 3_400)
    assert all(int(query["range"][0].split("-")[0]) <= 3_000 for query in searches(calls))
    assert not any("trop pleine" in note for note in run.report["notes"])


@pytest.mark.django_db
def test_a_second_of_too_many_offers_is_said(serve: Callable[[Replies], list[Asked]]) -> None:
    at_once = timezone.now() - dt.timedelta(days=1)
    many = [a_raw(n, published=at_once) for n in range(3_200)]
    serve(protocol(lambda: many))
    run = run_offers(FT)
    assert run.created == 3_150
    assert run.report["notes"]["Tranche trop pleine : 3200 offres, dont 3150 lues."] == 1


@pytest.mark.parametrize(
    "fault",
    [
        Answer(b"", 429, {"Retry-After": "7"}),
        Answer(b"", 500),
        Answer(b'{"resultats": [{"id": "1"', cut_after=10),
    ],
)
@pytest.mark.django_db
def test_what_passes_is_tried_again(serve: Callable[[Replies], list[Asked]], fault: Answer) -> None:
    good, failed = protocol(lambda: [a_raw(1), a_raw(2)]), []

    def reply(asked: Asked) -> Answer:
        if asked.path.startswith(SEARCH) and "departement=62" in asked.path and len(failed) < 2:
            failed.append(asked)
            return fault
        return good(asked)

    serve(reply)
    run = run_offers(FT)
    assert run.state == RunState.DONE and run.created == 2 and len(failed) == 2


@pytest.mark.django_db
def test_a_token_that_runs_out_in_the_middle_is_asked_again(serve: Callable[[Replies], list[Asked]]) -> None:
    tokens: list[str] = []
    many = [a_raw(n) for n in range(400)]
    good = protocol(lambda: many, tokens=tokens)

    def reply(asked: Asked) -> Answer:
        if "range=150-" in asked.path and len(tokens) == 1:
            tokens.append("personne ne l’a")
        return good(asked)

    calls = serve(reply)
    run = run_offers(FT)
    assert run.state == RunState.DONE and run.created == 400
    assert len([call for call in calls if call.path.startswith(TOKEN)]) == 2


@pytest.mark.django_db
def test_a_wrong_key_is_said_and_a_missing_one_too(serve: Callable[[Replies], list[Asked]], settings: Any) -> None:
    serve(lambda asked: Answer(b"", 401))
    run = run_offers(FT)
    assert run.state == RunState.FAILED and "vérifiez la clé" in run.report["error"]
    settings.FRANCE_TRAVAIL_SECRET = ""
    run = run_offers(FT)
    assert run.state == RunState.FAILED and "sans clé" in run.report["error"]


@pytest.mark.parametrize(
    ("body", "headers", "said"),
    [
        (b'{"offres": []}', {"Content-Range": "offres 0-0/1"}, "autre forme"),
        (b'{"resultats": []}', {}, "Content-Range"),
        (b"<html>", {"Content-Range": "offres 0-0/1"}, "autre forme"),
    ],
)
@pytest.mark.django_db
def test_another_shape_stops_the_reading_and_closes_nothing(
    serve: Callable[[Replies], list[Asked]], body: bytes, headers: dict[str, str], said: str
) -> None:
    offers = [a_raw(n) for n in range(3)]
    good = protocol(lambda: offers)
    serve(good)
    run_offers(FT)
    serve(lambda asked: Answer(body, 200, headers) if SEARCH in asked.path else good(asked))
    run = run_offers(FT)
    assert run.state == RunState.REFUSED and said in run.report["error"]
    assert JobOffer.objects.filter(state=OfferState.OPEN).count() == 3


@pytest.mark.django_db
def test_what_is_not_seen_again_is_closed_unless_half_the_source_vanishes(
    serve: Callable[[Replies], list[Asked]],
) -> None:
    offers = [a_raw(n) for n in range(10)]
    serve(protocol(lambda: offers))
    run_offers(FT)
    del offers[8:]
    run = run_offers(FT)
    assert (run.state, run.removed, run.unchanged) == (RunState.DONE, 2, 8)
    gone = JobOffer.objects.exclude(state=OfferState.OPEN)
    assert {each.closed_because for each in gone} == {Closing.GONE} and len(gone) == 2
    del offers[3:]
    run = run_offers(FT)
    assert run.state == RunState.REFUSED and "Aucune n’a été fermée" in run.report["error"]
    assert JobOffer.objects.filter(state=OfferState.OPEN).count() == 8
    run = run_offers(FT, force=True)
    assert run.removed == 5 and numbers() == {each["id"] for each in offers}
    offers.append(a_raw(9))
    assert run_offers(FT).created == 0
    assert JobOffer.objects.filter(state=OfferState.OPEN).count() == 4


@pytest.mark.django_db
def test_a_silent_source_closes_nothing(serve: Callable[[Replies], list[Asked]]) -> None:
    serve(protocol(lambda: [a_raw(1)]))
    run_offers(FT)
    serve(protocol(lambda: []))
    assert run_offers(FT).state == RunState.REFUSED
    serve(lambda asked: Answer(b"", 503))
    assert run_offers(FT).state == RunState.FAILED
    assert JobOffer.objects.filter(state=OfferState.OPEN).count() == 1


@pytest.mark.django_db
def test_only_what_the_source_changed_is_written(serve: Callable[[Replies], list[Asked]]) -> None:
    offers = [a_raw(1), a_raw(2)]
    serve(protocol(lambda: offers))
    run_offers(FT)
    offers[0] = offers[0] | {"intitule": "Soudeuse"}
    run = run_offers(FT)
    assert (run.created, run.changed, run.unchanged) == (0, 1, 1)
    assert JobOffer.objects.filter(title="Soudeuse", folded_title="soudeuse").exists()


@pytest.mark.django_db
def test_a_dry_run_tells_and_writes_nothing(serve: Callable[[Replies], list[Asked]]) -> None:
    serve(protocol(lambda: [a_raw(1)]))
    run = run_offers(FT, dry_run=True)
    assert (run.state, run.created) == (RunState.TRIED, 1)
    assert not JobOffer.objects.exists()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"intitule": " <b></b> "}, "L’intitulé manque."),
        ({"id": None}, "Le numéro de l’offre manque."),
        ({"dateCreation": "hier"}, "La date de publication manque ou n’en est pas une."),
        ({"dateCreation": "9999-12-31T23:59:59+00:00"}, "La date de publication est impossible : 31/12/9999."),
        ({"dateCreation": "1970-01-01T00:00:00Z"}, "La date de publication est impossible : 01/01/1970."),
    ],
)
@pytest.mark.django_db
def test_an_impossible_offer_is_refused_with_its_reason(tmp_path: Path, fields: dict[str, Any], reason: str) -> None:
    path = tmp_path / "offres.json"
    path.write_text(json.dumps({"resultats": [a_raw(1) | fields, a_raw(2)]}))
    run = run_offers(FT, path=path)
    assert (run.created, run.refused) == (1, 1)
    assert [(row["number"], row["reason"]) for row in run.report["rejected"]] == [(1, reason)]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ({"latitude": 91, "longitude": 2}, "Coordonnées impossibles."),
        ({"latitude": 0, "longitude": 0}, "Coordonnées impossibles."),
        ({"latitude": "nan", "longitude": "x"}, "Coordonnées impossibles."),
        ({"latitude": 43.3, "longitude": 5.4}, "Coordonnées loin de la commune."),
    ],
)
@pytest.mark.django_db
def test_an_impossible_place_gives_way_to_the_centre_of_the_commune(
    tmp_path: Path, place: dict[str, Any], reason: str
) -> None:
    path = tmp_path / "offres.json"
    path.write_text(json.dumps({"resultats": [a_raw(1, lieuTravail={"commune": "62108", **place})]}))
    run = run_offers(FT, path=path)
    assert run.report["notes"] == {reason: 1, "Code ROME inconnu.": 1}
    offer = JobOffer.objects.get()
    assert offer.latitude == pytest.approx(50.4, abs=0.1) and offer.longitude == pytest.approx(1.6, abs=0.1)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b'{"resultats": [{"id": "1"}, {"id"', "tronqué"),
        (b"<html></html>", "JSON"),
        (b'{"resultats": []}', "aucune offre"),
        (b"", "tronqué"),
        (b"\xff\xfe[]", "JSON"),
    ],
)
@pytest.mark.django_db
def test_a_file_that_is_another_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "offres.json"
    path.write_bytes(content)
    run = run_offers(FT, path=path)
    assert run.state == RunState.REFUSED and said in run.report["error"]


@pytest.mark.django_db
def test_too_many_bad_offers_stop_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "offres.json"
    path.write_text(json.dumps([a_raw(n) if n % 3 else {"id": str(n)} for n in range(90)]))
    run = run_offers(FT, path=path)
    assert run.state == RunState.REFUSED and "30 offres illisibles sur 90" in run.report["error"]
    assert not JobOffer.objects.exists()


# La bonne alternance, and twins


def exported(offers: list[dict[str, Any]], *, day: str = "2026-11-20T03:00:00Z") -> Replies:
    """The address of an export, then the file, with no key of ours."""

    def reply(asked: Asked) -> Answer:
        if asked.path == "/api/job/v1/export":
            if asked.headers.get("Authorization") != "Bearer cle":
                return Answer(b"", 401)
            url = f"http://127.0.0.1:{asked.headers['Host'].split(':')[1]}/fichier.json?X-Amz-Signature=x"
            return Answer(json.dumps({"url": url, "lastUpdate": day}).encode())
        assert "Authorization" not in asked.headers
        return Answer(json.dumps(offers).encode())

    return reply


@pytest.mark.django_db
def test_an_alternance_offer_is_read_whole(serve: Callable[[Replies], list[Asked]], settings: Any) -> None:
    settings.BONNE_ALTERNANCE_KEY = "cle"
    serve(exported([an_alternance(1), an_alternance(2, offer={"status": "Filled"})]))
    run = run_offers(LBA)
    assert (run.state, run.read, run.created) == (RunState.DONE, 2, 1)
    offer = JobOffer.objects.get()
    assert (offer.kind, offer.contract, offer.level, offer.commune_id) == ("alternance", "APP", 3, "62108")
    assert offer.expires_at is not None or run.report["notes"]["Date de fin impossible."] == 1


@pytest.mark.parametrize("first", [FT, LBA])
@pytest.mark.django_db
def test_the_same_offer_of_two_sources_is_one_by_the_partners_number(tmp_path: Path, first: Any) -> None:
    paths = {}
    for importer, content in (
        (FT, [a_raw(7, intitule="Soudeur")]),
        (LBA, [an_alternance(1, partner=("France Travail", "007FTEST"), offer={"title": "Autre"})]),
    ):
        paths[importer.slug] = tmp_path / f"{importer.slug}.json"
        paths[importer.slug].write_text(json.dumps(content))
    for importer in (first, LBA if first is FT else FT):
        run_offers(importer, path=paths[importer.slug])
    offer = JobOffer.objects.get()
    # Whoever comes first, France Travail's own words are kept.
    assert offer.title == "Soudeur" and offer.origins.count() == 2


@pytest.mark.parametrize(
    ("theirs", "is_one"),
    [
        ({}, True),
        ({"title": "SOUDEUR  (h/f)"}, True),
        ({"title": "Soudeur de nuit"}, False),
        ({"publication": {"creation": "2020-01-01T00:00:00Z"}}, False),
    ],
)
@pytest.mark.django_db
def test_the_same_offer_of_two_sources_is_one_by_its_words(
    tmp_path: Path, theirs: dict[str, Any], is_one: bool
) -> None:
    ours, other = tmp_path / "ft.json", tmp_path / "lba.json"
    ours.write_text(json.dumps([a_raw(1, intitule="Soudeur (H/F)")]))
    other.write_text(json.dumps([an_alternance(1, offer={"title": "Soudeur (H/F)"} | theirs)]))
    run_offers(FT, path=ours)
    run_offers(LBA, path=other)
    assert JobOffer.objects.count() == (1 if is_one else 2)
    assert OfferOrigin.objects.count() == 2


@pytest.mark.django_db
def test_two_offers_of_one_source_with_the_same_words_are_two_and_anonymous_ones_never_one(tmp_path: Path) -> None:
    path, other = tmp_path / "ft.json", tmp_path / "lba.json"
    path.write_text(json.dumps([a_raw(1, intitule="Soudeur"), a_raw(2, intitule="Soudeur")]))
    run_offers(FT, path=path)
    assert JobOffer.objects.count() == 2
    nameless = an_alternance(1, offer={"title": "Soudeur"})
    nameless["workplace"] |= {"name": None, "siret": None}
    other.write_text(json.dumps([nameless]))
    run_offers(LBA, path=other)
    assert JobOffer.objects.count() == 3


@pytest.mark.django_db
def test_an_offer_stays_open_while_one_source_has_it(tmp_path: Path) -> None:
    ours, other = tmp_path / "ft.json", tmp_path / "lba.json"
    ours.write_text(json.dumps([a_raw(n) for n in range(4)]))
    twin = an_alternance(1, partner=("France Travail", "000FTEST"))
    other.write_text(json.dumps([twin]))
    run_offers(FT, path=ours)
    run_offers(LBA, path=other)
    ours.write_text(json.dumps([a_raw(n) for n in range(1, 4)]))
    run_offers(FT, path=ours)
    offer = OfferOrigin.objects.get(number="lba1").offer
    assert offer.state == OfferState.OPEN and offer.origins.exclude(gone_at=None).count() == 1


# Two at once, and a crash in the middle


def test_two_readings_never_run_at_once(committed_db: None, tmp_path: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with one_at_a_time("official offers"):
            held.set()
            done.wait(60)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert held.wait(60)
    with pytest.raises(Refusal, match="Un autre chargement d’offres"):
        run_offers(FT, path=tmp_path / "rien.json")
    done.set()
    thread.join()


def test_a_reading_that_was_killed_goes_on_from_where_it_was(
    committed_db: None, serve: Callable[[Replies], list[Asked]], settings: Any, tmp_path: Path
) -> None:
    offers = [a_raw(n) for n in range(600)]
    killing, killed = threading.Event(), threading.Event()
    good = protocol(lambda: offers)

    def reply(asked: Asked) -> Answer:
        if "range=450-" in asked.path and not killing.is_set():
            killing.set()
            killed.wait(60)
        return good(asked)

    calls = serve(reply)
    database = connection.settings_dict
    url = (
        f"sqlite:///{database['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    )
    where = {
        "DATABASE_URL": url,
        "CMQ_VAR_DIR": str(tmp_path),
        "CMQ_FRANCE_TRAVAIL_URL": settings.FRANCE_TRAVAIL_URL,
        "CMQ_FRANCE_TRAVAIL_TOKEN_URL": settings.FRANCE_TRAVAIL_TOKEN_URL,
    }
    command = [sys.executable, "-m", "cmq.cli", "import", "official", "france-travail"]
    victim = subprocess.Popen(command, env={**os.environ, **KEYS, **where}, stdout=subprocess.DEVNULL)
    assert killing.wait(60)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    killed.set()
    assert JobOffer.objects.count() == 450
    calls.clear()
    run = run_offers(FT)
    assert (run.state, run.read, run.created, run.removed) == (RunState.DONE, 150, 150, 0)
    assert [query["range"] for query in searches(calls)] == [["450-599"]]
    assert JobOffer.objects.filter(state=OfferState.OPEN).count() == 600 == len(numbers())
    states = OfficialRun.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [RunState.INTERRUPTED, RunState.DONE]


@pytest.mark.django_db
def test_the_command_reaches_them_and_says_who_has_no_key(
    serve: Callable[[Replies], list[Asked]], settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    serve(protocol(lambda: [a_raw(1)]))
    call_command("import", "official", "france-travail")
    assert "1 lues, 1 créées" in capsys.readouterr().out
    settings.BONNE_ALTERNANCE_KEY = ""
    call_command("import", "--list")
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("la-bonne-alternance")]
    assert line.endswith("sans clé")
    with pytest.raises(CommandError, match="en échec"):
        call_command("import", "official", "la-bonne-alternance")


@pytest.mark.django_db
def test_twins_are_looked_for_by_their_key_and_not_among_all_offers(tmp_path: Path) -> None:
    file = tmp_path / "o.json"
    file.write_text(json.dumps({"resultats": [a_raw(number) for number in range(3)]}))
    with CaptureQueriesContext(connection) as asked:
        run_offers(france_travail.IMPORTER, path=file)
    [sql] = [each["sql"] for each in asked.captured_queries if '"twin_key" IN (' in each["sql"]]
    # Another condition beside the key, or an order, would let SQLite walk the whole table for each batch.
    after = sql.partition(" WHERE ")[2]
    assert after.startswith('"offers_joboffer"."twin_key" IN (') and " AND " not in after and "ORDER BY" not in after
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
            assert "twin_key" in " ".join(str(row) for row in cursor.fetchall())
