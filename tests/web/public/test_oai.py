"""OAI-PMH, harvested by a client that is not ours from a server that really listens; and what it refuses."""

import datetime as dt
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connections
from django.test import Client
from django.utils import timezone
from sickle import Sickle
from sickle.oaiexceptions import IdDoesNotExist

from cmq.careers.actions import load_occupations
from cmq.careers.models import Occupation
from cmq.editorial.actions import publishing
from cmq.web.public import oai
from tests import newsrooms

from .test_articles import published

NAMESPACE = {"o": "http://www.openarchives.org/OAI/2.0/"}


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(committed_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of the site, served to other programs."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=_Quiet) as listening:

        def serve() -> None:
            listening.serve_forever(poll_interval=0.02)
            connections.close_all()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}/oai"
        finally:
            listening.shutdown()
            thread.join()


def test_a_harvester_reads_everything_once(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    load_occupations()
    editor = newsrooms.an_editor()
    kept, gone = published("Le bois & <le fer>", by=editor), published("Un chiffre", by=editor)
    publishing.withdraw(gone, reason="Faux.", by=editor)
    monkeypatch.setattr(oai, "PER_PAGE", 700)
    harvester = Sickle(server)
    said = harvester.Identify()
    assert (said.protocolVersion, said.deletedRecord, said.granularity) == ("2.0", "transient", "YYYY-MM-DDThh:mm:ssZ")
    assert [each.setSpec for each in harvester.ListSets()] == ["metiers", "articles"]
    assert [each.metadataPrefix for each in harvester.ListMetadataFormats()] == ["oai_dc"]
    records = list(harvester.ListRecords(metadataPrefix="oai_dc"))
    names = [each.header.identifier.rpartition(":")[2] for each in records]
    expected = {f"metiers/{code}" for code in Occupation.objects.values_list("code", flat=True)}
    assert len(names) == len(set(names)) and set(names) == expected | {f"articles/{kept.pk}", f"articles/{gone.pk}"}
    assert {each.header.identifier for each in records if each.deleted} == {f"oai:127.0.0.1:articles/{gone.pk}"}
    sheet = next(each for each in records if each.header.identifier.endswith("metiers/J1501"))
    job = Occupation.objects.get(code="J1501")
    assert sheet.metadata["title"] == [job.title] and sheet.metadata["subject"] == ["ROME J1501"]
    assert sheet.metadata["identifier"][0].endswith(job.get_absolute_url())
    by_post = Sickle(server, http_method="POST").GetRecord(
        identifier=f"oai:127.0.0.1:articles/{kept.pk}", metadataPrefix="oai_dc"
    )
    assert by_post.metadata["title"] == ["Le bois & <le fer>"] and by_post.header.setSpecs == ["articles"]
    listed = list(harvester.ListIdentifiers(metadataPrefix="oai_dc", set="articles"))
    assert sorted(each.deleted for each in listed) == [False, True]
    with pytest.raises(IdDoesNotExist):
        harvester.GetRecord(identifier="oai:127.0.0.1:metiers/Z9999", metadataPrefix="oai_dc")


def asked(query: str, *, client: Client | None = None) -> ET.Element:
    answer = (client or Client()).get(f"/oai?{query}")
    assert answer.status_code == 200 and answer["Content-Type"] == "text/xml; charset=utf-8" and not answer.cookies
    return ET.fromstring(answer.content)


def code_of(query: str) -> str:
    found = asked(query).find("o:error", NAMESPACE)
    assert found is not None and found.text, query
    return found.get("code", "")


LIST = "verb=ListIdentifiers&metadataPrefix=oai_dc"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("", "badVerb"),
        ("verb=Steal", "badVerb"),
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=Identify&set=metiers", "badArgument"),
        ("verb=ListRecords", "badArgument"),
        ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
        ("verb=ListRecords&metadataPrefix=marc21", "cannotDisseminateFormat"),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%3Cscript%3E", "idDoesNotExist"),
        ("verb=ListMetadataFormats&identifier=x", "idDoesNotExist"),
        ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=WyJ4Il0:1:x", "badResumptionToken"),
        ("verb=ListRecords&resumptionToken=x&set=metiers", "badArgument"),
        (f"{LIST}&from=hier", "badArgument"),
        (f"{LIST}&from=2026-02-30", "badArgument"),
        (f"{LIST}&from=2026-02-01&until=2026-01-01", "badArgument"),
        (f"{LIST}&from=2026-01-01&until=2026-02-01T00:00:00Z", "badArgument"),
        (f"{LIST}&until=9999-12-31&from=9999-12-31", "noRecordsMatch"),
        (f"{LIST}&set=magie", "noRecordsMatch"),
        (f"{LIST}&set=articles", "noRecordsMatch"),
    ],
)
def test_an_error_is_said_as_the_protocol_has_it(query: str, code: str) -> None:
    assert code_of(query) == code
    request = asked(query).find("o:request", NAMESPACE)
    assert request is not None and (not request.attrib or code not in ("badVerb", "badArgument"))


@pytest.mark.django_db
def test_a_list_is_narrowed_by_day_and_second() -> None:
    published("Un article")
    day = timezone.now().astimezone(dt.UTC).date()
    stamp = asked(LIST + "&set=articles").findtext(".//o:datestamp", "", NAMESPACE)
    for query in (f"&from={day}&until={day}", f"&from={stamp}&until={stamp}", f"&until={stamp}"):
        assert len(asked(LIST + query).findall(".//o:header", NAMESPACE)) == 1
    assert code_of(f"{LIST}&from={day + dt.timedelta(days=1)}") == "noRecordsMatch"


@pytest.mark.django_db
def test_a_token_is_of_one_list_and_lasts_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        published(f"Article {number}")
    monkeypatch.setattr(oai, "PER_PAGE", 2)
    token = asked(LIST).find(".//o:resumptionToken", NAMESPACE)
    assert token is not None and token.text and (token.get("completeListSize"), token.get("cursor")) == ("3", "0")
    assert token.get("expirationDate", "") > asked(LIST).findtext("o:responseDate", "", NAMESPACE)
    last = asked(f"verb=ListIdentifiers&resumptionToken={token.text}").find(".//o:resumptionToken", NAMESPACE)
    assert last is not None and not last.text and last.get("cursor") == "2"
    for forged in (token.text[:-1], token.text.swapcase(), ""):
        assert code_of(f"verb=ListIdentifiers&resumptionToken={forged}") == "badResumptionToken"
    assert code_of(f"verb=ListRecords&resumptionToken={token.text}") == "badResumptionToken"
    monkeypatch.setattr(oai, "TOKEN_LASTS", dt.timedelta(seconds=-1))
    assert code_of(f"verb=ListIdentifiers&resumptionToken={token.text}") == "badResumptionToken"


@pytest.mark.django_db
def test_nothing_else_is_allowed_and_no_cookie_is_set() -> None:
    for method in ("put", "patch", "delete"):
        assert getattr(Client(), method)("/oai").status_code == 405
    posted = Client(enforce_csrf_checks=True).post("/oai", {"verb": "Identify"})
    assert posted.status_code == 200 and not posted.cookies
