"""What a collector receives of a page and of a task: every step, and nothing of anybody."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.conf import settings as configured
from django.core.management import call_command
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from django.utils import timezone

from cmq.core import outgoing, secret, tracing
from cmq.service import running
from cmq.service.models import TaskRun
from tools.trace_collector import Collector


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken")


urlpatterns = [path("panne/", broken, name="panne")]
handler500 = "cmq.web.errors.server_error"


def spans_of(collector: Collector) -> list[Any]:
    """What was sent, what still waits included."""
    tracing._provider.force_flush()
    return collector.spans()


def said(span: Any) -> dict[str, Any]:
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    made = Collector()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", made.address)
    tracing.start("web")
    yield made
    tracing.stop()
    made.close()


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What the site’s own log writes as JSON, its filter applied."""
    written: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Kept()
    handler.addFilter(tracing.Numbered())
    handler.setFormatter(configured.LOGGING["formatters"]["json"]["()"]())
    loggers = [logging.getLogger("cmq"), logging.getLogger("django")]
    levels = [each.level for each in loggers]
    for each in loggers:
        each.addHandler(handler)
        each.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written]
    for each, level in zip(loggers, levels, strict=True):
        each.removeHandler(handler)
        each.setLevel(level)


@pytest.mark.django_db
def test_a_page_is_told_with_its_queries_and_nothing_of_its_reader(collector: Collector, client: Client) -> None:
    headers = {
        "REMOTE_ADDR": "203.0.113.9",
        "HTTP_USER_AGENT": "Navigateur/7",
        "HTTP_REFERER": "https://avant.fr/dupont",
    }
    answer = client.get("/recherche/?q=dupont%40exemple.fr", **headers)
    spans = spans_of(collector)
    page = next(span for span in spans if span.name == "GET search")
    assert said(page) == {"http.request.method": "GET", "http.route": "search", "http.response.status_code": 200}
    queries = [span for span in spans if span.parent_span_id == page.span_id]
    assert queries and all(span.trace_id == page.trace_id for span in spans)
    assert all(said(each)["db.query.text"].startswith(each.name) for each in queries)
    assert answer["X-Request-Id"] == page.trace_id.hex()
    for told in (b"dupont", b"exemple.fr", b"203.0.113.9", b"Navigateur", b"avant.fr"):
        assert told not in collector.raw
    (resource,) = {each.resource_spans[0].resource.SerializeToString() for each in collector.received}
    assert b"cmq-web" in resource


@pytest.mark.django_db
def test_values_of_queries_stay_here(collector: Collector, client: Client) -> None:
    from cmq.accounts.models import User

    with tracing.span_with_queries("work", "internal"):
        User.objects.create_user(
            "dupont@exemple.fr", password="une phrase que personne ne devine", name="Camille Dupont"
        )
        list(User.objects.filter(name__icontains="Camille"))
    assert {"INSERT", "SELECT"} <= {span.name for span in spans_of(collector)}
    assert b"upont" not in collector.raw and b"Camille" not in collector.raw


@pytest.mark.django_db
def test_a_task_and_what_it_asks_of_others_are_told(collector: Collector) -> None:
    at = timezone.now()
    TaskRun.objects.create(name="rappels", due_at=at, started_at=at, seen_at=at, machine="ici")
    running.run.call("rappels", at.isoformat())
    task = next(span for span in spans_of(collector) if span.name == "task rappels")
    assert said(task)["cmq.task"] == "rappels"
    assert any(span.parent_span_id == task.span_id and span.name == "SELECT" for span in spans_of(collector))
    with tracing.span("work"), outgoing.client(trusted=[collector.address]) as asking:
        asking.get(f"{collector.address}/fichier?jeton=secret")
    asked = next(span for span in spans_of(collector) if span.name == "HTTP GET")
    assert said(asked) == {"server.address": "127.0.0.1", "http.response.status_code": 204}
    assert b"jeton" not in collector.raw


@pytest.mark.django_db
def test_no_secret_of_the_site_is_told_or_logged(
    collector: Collector, client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    planted = {"METRICS_TOKEN": "motdesmesures", "OUTGOING_PROXY": "http://nous:motdumandataire@127.0.0.1:9"}
    for name, value in planted.items():
        setattr(settings, name, value)
    assert client.get("/metrics", headers={"authorization": "Bearer motdesmesures"}).status_code == 200
    bearing = {"Authorization": "Bearer motdelalternance"}
    with tracing.span("work"), outgoing.client(headers=bearing) as asking, pytest.raises(httpx.HTTPError):
        asking.get("https://exemple.fr/")
    assert "HTTP GET" in {span.name for span in spans_of(collector)} and "httpcore" in caplog.text
    words = ["motdesmesures", "motdumandataire", "motdelalternance", *secret.given().values()]
    assert not [word for word in words if word in caplog.text or word.encode() in collector.raw]


def test_what_a_step_raises_is_told_by_its_kind(collector: Collector) -> None:
    with pytest.raises(ValueError, match="Dupont"), tracing.span("work"):
        raise ValueError("Dupont est inconnu")
    (work,) = spans_of(collector)
    assert said(work)["error.type"] == "ValueError" and not work.events and work.status.code == 2
    assert b"Dupont" not in collector.raw


@pytest.mark.django_db
def test_a_breakdown_bears_one_number_on_the_page_and_in_the_log(
    collector: Collector, lines: Callable[[], list[dict[str, Any]]], settings: object
) -> None:
    settings.ROOT_URLCONF = __name__
    answer = Client(raise_request_exception=False).get("/panne/?q=dupont")
    number = answer["X-Request-Id"]
    assert answer.status_code == 500 and number in answer.content.decode()
    told = [line for line in lines() if line.get("request") == number]
    assert {line["name"] for line in told} >= {"cmq.answers", "django.request"}
    assert not any("dupont" in json.dumps(line) for line in told)
    assert number in {span.trace_id.hex() for span in spans_of(collector)}


@pytest.mark.django_db
def test_a_collector_that_is_away_breaks_no_page(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    tracing.start("web")
    try:
        assert client.get("/recherche/").status_code == 200
    finally:
        tracing.stop()


@pytest.mark.django_db
def test_a_collector_that_says_nothing_keeps_no_page_waiting(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    mute = Collector()
    mute.answers.clear()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", mute.address)
    # Longer than the collector's silence: a page that waited for it would be answered after it had taken something.
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "120")
    tracing.start("web")
    try:
        assert client.get("/recherche/").status_code == 200
        assert not mute.received
        mute.answers.set()
        assert spans_of(mute)
    finally:
        tracing.stop()
        mute.close()


@pytest.mark.parametrize(
    "environment", [{}, {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"}]
)
def test_without_a_collector_nothing_is_even_imported(environment: dict[str, str], tmp_path: object) -> None:
    code = (
        "import cmq.wsgi, sys; from cmq.core import tracing\n"
        "with tracing.span_with_queries('work', 'internal') as span: assert span is None\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    own = {"CMQ_VAR_DIR": str(tmp_path), "CMQ_WORKS_INSIDE": "no", "CMQ_SEARCH_FOLLOWS": "no", "PATH": "/usr/bin"}
    own |= {name: os.environ[name] for name in ("CMQ_ENV_FILE", "CMQ_SECRET_KEY")}
    done = subprocess.run([sys.executable, "-c", code], env={**own, **environment}, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


@pytest.mark.django_db
def test_without_the_library_the_site_serves_and_the_doctor_says_so(
    monkeypatch: pytest.MonkeyPatch,
    client: Client,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    for name in ("opentelemetry", *(each for each in sys.modules if each.startswith("opentelemetry."))):
        monkeypatch.setitem(sys.modules, name, None)
    tracing.start("web")
    assert "requirements/machines.txt" in caplog.text and client.get("/healthz").status_code == 200
    with pytest.raises(SystemExit):
        call_command("doctor")
    assert "Traces demandées" in capsys.readouterr().out
