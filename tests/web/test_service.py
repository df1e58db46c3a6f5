"""How the site tells that it is well, that it is closed, and what it counts."""

import datetime as dt
import json
import logging
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from cmq.core.errors import Refusal
from cmq.service import actions, standing
from cmq.service.models import Closing, RetentionRun, ServiceNotice
from cmq.web import closing
from tests.factories import a_keeper, a_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(closing, "known", closing._Known())


def announced(kind: Closing, *, minutes: int = 10) -> ServiceNotice:
    at = timezone.now()
    return actions.announce(
        "Base déplacée", "", closing=kind, starts_at=at, ends_at=at + dt.timedelta(minutes=minutes), by=None
    )


def test_alive_and_ready(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"
    answer = client.get("/readyz")
    assert answer.status_code == 200 and answer.json()["ready"] is True
    for path in ("/healthz", "/readyz", "/metrics", "/etat/"):
        assert client.post(path).status_code == 405


def test_machines_ask_by_any_name_and_without_https(client: Client, settings: object) -> None:
    """A balancer asks by the machine's own address; readers are sent to the site's name and to HTTPS."""
    settings.SECURE_SSL_REDIRECT, settings.ALLOWED_HOSTS = True, ["campus.exemple.fr"]
    secured = Client(headers={"host": "10.0.0.7:8000"})
    assert secured.get("/healthz").status_code == secured.get("/readyz").status_code == 200
    assert secured.get("/campus/").status_code in (301, 400)


def test_all_processes_of_a_machine_are_counted_together(tmp_path: Path) -> None:
    """Two that count, and a third that is asked."""
    environment = {**os.environ, "CMQ_VAR_DIR": str(tmp_path), "CMQ_METRICS_TOKEN": "un-jeton"}

    def run(code: str) -> str:
        setup = "import django; django.setup(); from cmq.service import measures as m; "
        command = [sys.executable, "-c", setup + code]
        environment["DJANGO_SETTINGS_MODULE"] = "cmq.settings"
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    for times in (2, 3):
        run(f"m.ANSWERS.labels('home', 'GET', 200).inc({times})")
    said = run("print(m.exposition({'cmq_tasks_overdue': 4})[0].decode())")
    assert 'cmq_answers_total{method="GET",page="home",status="200"} 5.0' in said and "cmq_tasks_overdue 4.0" in said


def test_the_page_of_a_closed_site_is_as_guarded_as_any(client: Client) -> None:
    announced(Closing.CLOSED)
    answer = client.get("/campus/")
    assert answer.status_code == 503 and answer["Permissions-Policy"]
    number = re.findall(r'nonce="([^"]+)"', answer.content.decode())[0]
    assert f"script-src 'nonce-{number}'" in answer["Content-Security-Policy"]


def test_not_ready_when_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'service'")
    answer = client.get("/readyz")
    assert answer.status_code == 503 and answer.json()["why"] == "migrations"


def test_metrics_are_for_who_shows_the_token(client: Client, settings: object) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "un-jeton"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer autre"}).status_code == 401
    counted = Client()
    counted.get("/etat/")
    text = client.get("/metrics", headers={"Authorization": "Bearer un-jeton"}).content.decode()
    for line in ('cmq_answers_total{method="GET",page="status",status="200"} 1.0', "cmq_tasks_overdue 0.0"):
        assert line in text
    assert "cmq_letters_waiting 0.0" in text and 'cmq_answer_seconds_count{page="status"}' in text


def test_while_read_only_nothing_is_written_and_everything_is_read(client: Client) -> None:
    notice = announced(Closing.READ_ONLY)
    keeper = Client()
    keeper.force_login(a_keeper(), backend="django.contrib.auth.backends.ModelBackend")
    assert keeper.get("/espace/registre/avis/").status_code == 200
    answer = keeper.post(f"/espace/registre/avis/{notice.pk}/fin/")
    assert answer.status_code == 503 and 500 < int(answer["Retry-After"]) <= 601
    assert "n’a pas été enregistré" in answer.content.decode() and answer["Cache-Control"] == "no-store"
    assert ServiceNotice.objects.get().ends_at == notice.ends_at
    assert client.get("/campus/").status_code == 200


def test_while_closed_only_the_state_is_told(client: Client) -> None:
    announced(Closing.CLOSED)
    for path in ("/", "/campus/", "/espace/", "/recherche/?q=x", "/compte/login/"):
        answer = client.get(path)
        assert answer.status_code == 503 and "Base déplacée" in answer.content.decode(), path
    assert "Base déplacée" in client.get("/etat/").content.decode()
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
    assert client.get("/readyz").json()["closing"] == "ferme"


def test_it_opens_again_by_itself_and_by_command(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import call_command

    call_command("maintenance", "on", "--minutes", "5", "--title", "Changement de disque")
    assert client.get("/").status_code == 503
    call_command("maintenance", "off")
    assert client.get("/").status_code == 200
    call_command("maintenance", "lecture")
    past = timezone.now() - dt.timedelta(hours=1)
    ServiceNotice.objects.filter(title="Maintenance").update(starts_at=past, ends_at=past + dt.timedelta(minutes=1))
    assert client.post("/alertes/").status_code != 503
    call_command("maintenance", "off")
    assert "n’était pas fermé" in capsys.readouterr().out


def test_a_notice_has_a_title_and_an_order_and_a_closed_site_an_end() -> None:
    at = timezone.now()
    hour = dt.timedelta(hours=1)
    for title, kind, ends_at in (
        (" ", Closing.OPEN, None),
        ("Panne", Closing.CLOSED, None),
        ("Panne", Closing.OPEN, at - hour),
    ):
        with pytest.raises(Refusal):
            actions.announce(title, "", closing=kind, starts_at=at, ends_at=ends_at, by=None)
    with pytest.raises(Refusal):
        actions.announce("Panne", "", closing=Closing.OPEN, starts_at=at, ends_at=None, by=a_person())
    notice = actions.announce("Panne", "", closing=Closing.OPEN, starts_at=at + hour, ends_at=None, by=None)
    over = actions.end(notice, at=at, by=None)
    assert over.starts_at == over.ends_at == at
    with pytest.raises(Refusal, match="déjà fini"):
        actions.end(notice, at=at, by=None)


def test_a_keeper_announces_and_ends(client: Client) -> None:
    client.force_login(a_keeper(), backend="django.contrib.auth.backends.ModelBackend")
    url = "/espace/registre/avis/"
    refused = client.post(url, {"title": "Panne", "closing": "ferme", "starts_at": "", "ends_at": ""})
    assert refused.status_code == 422 and "rouvre" in refused.content.decode()
    assert (
        client.post(url, {"title": "Lenteurs", "closing": "ouvert", "text": "La recherche répond mal."}).status_code
        == 302
    )
    notice = ServiceNotice.objects.get()
    assert "La recherche répond mal." in client.get("/etat/").content.decode()
    client.post(f"/espace/registre/avis/{notice.pk}/fin/")
    assert ServiceNotice.objects.get().ends_at is not None
    assert "Tout ce qui était dû" in client.get("/etat/").content.decode()
    assert client.get("/espace/registre/taches/").status_code == 200


def test_keepers_see_what_the_nights_have_ended(client: Client, django_assert_max_num_queries: Any) -> None:
    client.force_login(a_keeper(), backend="django.contrib.auth.backends.ModelBackend")
    at = timezone.now()
    for days, number in ((1, 4_001), (2, 300), (40, 5)):
        RetentionRun.objects.create(line="core.letters", ran_at=at - dt.timedelta(days=days), number=number)
    (run, total), *_ = [
        (run, total) for line, run, total in actions.retention_report(at) if line.name == "core.letters"
    ]
    assert run is not None and (run.number, total) == (4_001, 4_301)
    with django_assert_max_num_queries(40):
        page = client.get("/espace/registre/taches/").content.decode()
    assert "4\xa0301" in page and "jamais" in page


def test_a_part_that_cannot_be_looked_at_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(at: dt.datetime) -> tuple[standing.State, str]:
        raise OSError("disk")

    monkeypatch.setattr(standing, "_search", broken)
    found = {part.name: part.state for part in standing.parts(timezone.now())}
    assert found["Recherche"] == standing.State.DOWN and found["Pages et base de données"] == standing.State.GOOD


def test_slow_queries_and_answers_are_told_without_what_was_asked(
    client: Client, settings: object, caplog: pytest.LogCaptureFixture
) -> None:
    from pythonjsonlogger.json import JsonFormatter

    settings.SLOW_QUERY_MS = 0.0001
    with caplog.at_level(logging.INFO, logger="cmq"):
        answer = client.get("/recherche/?q=dupont%40exemple.fr", REMOTE_ADDR="203.0.113.9")
    lines = [json.loads(JsonFormatter().format(record)) for record in caplog.records if record.name.startswith("cmq.")]
    assert {line["message"] for line in lines} == {"answer", "slow query"}
    told = next(line for line in lines if line["message"] == "answer")
    assert told["page"] == "search" and told["status"] == 200 and told["request"] == answer["X-Request-Id"]
    assert all("dupont" not in json.dumps(line) and "203.0.113.9" not in json.dumps(line) for line in lines)
