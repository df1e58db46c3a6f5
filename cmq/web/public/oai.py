"""OAI-PMH 2.0 (openarchives.org): job sheets and articles for harvesters, in Dublin Core.

Errors are said as the protocol has them, with the status 200. A list goes on by a token that is signed, holds where the
last page ended, and lasts an hour: an item that changes meanwhile comes again at the end, and none is lost.
"""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.xmlutils import SimplerXMLGenerator
from django.views.decorators.csrf import csrf_exempt

from cmq.web import errors, oai_items
from cmq.web.atom import legal
from cmq.web.oai_items import SETS, Header

PER_PAGE = 100
TOKEN_LASTS = dt.timedelta(hours=1)
PREFIX = "oai_dc"
_SALT = "cmq.oai"
_OAI = "http://www.openarchives.org/OAI/2.0/"
_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
# Verb → what it must be given, what it may be.
_VERBS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "Identify": (frozenset(), frozenset()),
    "ListMetadataFormats": (frozenset(), frozenset({"identifier"})),
    "ListSets": (frozenset(), frozenset()),
    "GetRecord": (frozenset({"identifier", "metadataPrefix"}), frozenset()),
    "ListIdentifiers": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
    "ListRecords": (frozenset({"metadataPrefix"}), frozenset({"from", "until", "set"})),
}
_LISTS = ("ListSets", "ListIdentifiers", "ListRecords")


class OaiError(Exception):
    """What the protocol calls an error: its code, and a sentence."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code, self.said = code, said


@dataclass(frozen=True, slots=True)
class Harvest:
    """What of a list is asked, and where the last page ended."""

    verb: str
    in_set: str = ""
    first: str = ""
    last: str = ""
    after: tuple[str, str] = ("", "")
    cursor: int = 0

    def token(self) -> str:
        """It, signed."""
        values = [self.verb, self.in_set, self.first, self.last, list(self.after), self.cursor]
        return signing.dumps(values, salt=_SALT)

    @classmethod
    def of_token(cls, token: str, verb: str) -> "Harvest":
        """What a token stands for. Raises OaiError for a forged one, an old one, and that of another verb."""
        try:
            asked, in_set, first, last, after, cursor = signing.loads(token, salt=_SALT, max_age=TOKEN_LASTS)
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise OaiError("badResumptionToken", "Ce jeton n’est pas de ce site, ou il a expiré.") from error
        if asked != verb:
            raise OaiError("badResumptionToken", "Ce jeton continue une autre sorte de liste.")
        return cls(asked, in_set, first, last, (after[0], after[1]), cursor)


@csrf_exempt
def oai(request: HttpRequest) -> HttpResponse:
    """Answer a request of the protocol, by GET or POST."""
    if request.method not in ("GET", "HEAD", "POST"):
        return errors.method_not_allowed(request, ["GET", "HEAD", "POST"])
    answer = _Answer()
    try:
        given = _given(request)
        answer.begin(given)
        _ANSWERS[given["verb"]](answer, given)
    except OaiError as error:
        answer.refuse(error)
    return HttpResponse(answer.done(), content_type="text/xml; charset=utf-8")


def _given(request: HttpRequest) -> dict[str, str]:
    """The arguments. Raises OaiError for a repeated, unknown or missing one."""
    lists = dict((request.POST if request.method == "POST" else request.GET).lists())
    verbs = lists.get("verb", [])
    if len(verbs) != 1 or verbs[0] not in _VERBS:
        raise OaiError("badVerb", "Le verbe manque, est répété, ou n’est pas du protocole.")
    names, verb = set(lists) - {"verb"}, str(verbs[0])
    must, may = _VERBS[verb]
    if names == {"resumptionToken"} and verb in _LISTS:
        must, may = frozenset({"resumptionToken"}), frozenset()
    if any(len(values) != 1 for values in lists.values()) or not must <= names <= must | may:
        raise OaiError("badArgument", "Un argument manque, est répété, ou ne va pas avec ce verbe.")
    given = {name: str(values[0]) for name, values in lists.items()}
    if "metadataPrefix" in given and given["metadataPrefix"] != PREFIX:
        raise OaiError("cannotDisseminateFormat", "Le seul format est oai_dc.")
    return given


def _instant(text: str, *, is_end: bool = False) -> dt.datetime | None:
    """A day or a second, in UTC; a day lasts until its end. Raises OaiError for anything else."""
    if not text:
        return None
    try:
        if len(text) == 10:
            found = dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC)
            return found + dt.timedelta(days=1, seconds=-1) if is_end else found
        return dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=dt.UTC)
    except (ValueError, OverflowError) as error:
        raise OaiError("badArgument", "Une date s’écrit 2026-01-31 ou 2026-01-31T12:00:00Z.") from error


def _stamp(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _harvest(given: dict[str, str]) -> Harvest:
    if "resumptionToken" in given:
        return Harvest.of_token(given["resumptionToken"], given["verb"])
    first, last, in_set = given.get("from", ""), given.get("until", ""), given.get("set", "")
    start, end = _instant(first), _instant(last, is_end=True)
    if start and end and (len(first) != len(last) or start > end):
        raise OaiError("badArgument", "« from » et « until » s’écrivent de même, dans l’ordre.")
    if "set" in given and in_set not in SETS:
        raise OaiError("noRecordsMatch", "Aucun ensemble n’a ce nom.")
    return Harvest(given["verb"], in_set, first, last)


def _found(asked: Harvest) -> list[Header]:
    start, end = _instant(asked.first), _instant(asked.last, is_end=True)
    return [
        each
        for each in oai_items.headers(at=timezone.now())
        if (not asked.in_set or each.in_set == asked.in_set)
        and (start is None or each.stamp >= start)
        and (end is None or each.stamp <= end)
    ]


class _Answer:
    """The document being written."""

    def __init__(self) -> None:
        self.out = io.StringIO()
        self.xml = SimplerXMLGenerator(self.out, "utf-8")
        self.given: dict[str, str] = {}
        self.xml.startDocument()
        where = f"{_OAI} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
        self.open("OAI-PMH", {"xmlns": _OAI, "xmlns:xsi": _XSI, "xsi:schemaLocation": where})
        self.text("responseDate", _stamp(timezone.now()))

    def begin(self, given: dict[str, str]) -> None:
        """Say what was asked, once it is known to mean something."""
        self.given = given

    def open(self, name: str, attributes: dict[str, str] | None = None) -> None:
        """The beginning of an element that holds others."""
        self.xml.startElement(name, AttributesImpl(attributes or {}))

    def close(self, name: str) -> None:
        """Its end."""
        self.xml.endElement(name)

    def text(self, name: str, content: str, attributes: dict[str, str] | None = None) -> None:
        """An element that holds words."""
        self.xml.addQuickElement(name, legal(content), attributes or {})

    def request(self, attributes: dict[str, str]) -> None:
        """The element that repeats the request."""
        kept = {name: legal(value) for name, value in attributes.items()}
        self.text("request", f"{settings.SITE_URL}{reverse('oai')}", kept)

    def header(self, each: Header) -> None:
        """The header of an item."""
        self.open("header", {"status": "deleted"} if each.is_deleted else {})
        self.text("identifier", each.identifier)
        self.text("datestamp", _stamp(each.stamp))
        self.text("setSpec", each.in_set)
        self.close("header")

    def records(self, shown: Sequence[Header]) -> None:
        """Items with what they say."""
        told = oai_items.described(shown)
        for each in shown:
            self.open("record")
            self.header(each)
            if each in told:
                self._dublin_core(told[each])
            self.close("record")

    def _dublin_core(self, fields: list[oai_items.Field]) -> None:
        self.open("metadata")
        where = f"{_DC} http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
        spaces = {"xmlns:oai_dc": _DC, "xmlns:dc": "http://purl.org/dc/elements/1.1/", "xsi:schemaLocation": where}
        self.open("oai_dc:dc", spaces)
        for name, value in fields:
            self.text(f"dc:{name}", value)
        self.close("oai_dc:dc")
        self.close("metadata")

    def refuse(self, error: OaiError) -> None:
        """An error instead of what was asked; what has no meaning is not repeated."""
        self.request({} if error.code in ("badVerb", "badArgument") else self.given)
        self.text("error", error.said, {"code": error.code})

    def done(self) -> str:
        """The document."""
        self.close("OAI-PMH")
        self.xml.endDocument()
        return self.out.getvalue()


def _identify(answer: _Answer, given: dict[str, str]) -> None:
    listed = oai_items.headers(at=timezone.now())
    answer.request(given)
    answer.open("Identify")
    for name, value in (
        ("repositoryName", settings.SITE_NAME),
        ("baseURL", f"{settings.SITE_URL}{reverse('oai')}"),
        ("protocolVersion", "2.0"),
        ("adminEmail", settings.CONTACT_EMAIL),
        ("earliestDatestamp", _stamp(listed[0].stamp if listed else timezone.now())),
        ("deletedRecord", "transient"),
        ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
    ):
        answer.text(name, value)
    answer.close("Identify")


def _formats(answer: _Answer, given: dict[str, str]) -> None:
    if "identifier" in given:
        _item(given["identifier"])
    answer.request(given)
    answer.open("ListMetadataFormats")
    answer.open("metadataFormat")
    answer.text("metadataPrefix", PREFIX)
    answer.text("schema", "http://www.openarchives.org/OAI/2.0/oai_dc.xsd")
    answer.text("metadataNamespace", _DC)
    answer.close("metadataFormat")
    answer.close("ListMetadataFormats")


def _sets(answer: _Answer, given: dict[str, str]) -> None:
    if "resumptionToken" in given:
        raise OaiError("badResumptionToken", "La liste des ensembles tient en une page.")
    answer.request(given)
    answer.open("ListSets")
    for name, title in SETS.items():
        answer.open("set")
        answer.text("setSpec", name)
        answer.text("setName", title)
        answer.close("set")
    answer.close("ListSets")


def _item(identifier: str) -> Header:
    for each in oai_items.headers(at=timezone.now()):
        if each.identifier == identifier:
            return each
    raise OaiError("idDoesNotExist", "Rien ici n’a cet identifiant.")


def _record(answer: _Answer, given: dict[str, str]) -> None:
    found = _item(given["identifier"])
    answer.request(given)
    answer.open("GetRecord")
    answer.records([found])
    answer.close("GetRecord")


def _list(answer: _Answer, given: dict[str, str]) -> None:
    asked = _harvest(given)
    found = _found(asked)
    left = [each for each in found if (_stamp(each.stamp), each.name) > asked.after]
    if not left:
        raise OaiError("noRecordsMatch", "Rien ne répond à cette demande.")
    shown, verb = left[:PER_PAGE], given["verb"]
    answer.request(given)
    answer.open(verb)
    if verb == "ListRecords":
        answer.records(shown)
    else:
        for each in shown:
            answer.header(each)
    if asked.cursor or len(left) > len(shown):
        _token(answer, asked, shown, size=len(found), is_last=len(left) == len(shown))
    answer.close(verb)


def _token(answer: _Answer, asked: Harvest, shown: Sequence[Header], *, size: int, is_last: bool) -> None:
    """Where the list goes on; empty on its last page, as the protocol wants."""
    told = {"completeListSize": str(size), "cursor": str(asked.cursor)}
    if is_last:
        answer.text("resumptionToken", "", told)
        return
    end = shown[-1]
    following = replace(asked, after=(_stamp(end.stamp), end.name), cursor=asked.cursor + len(shown))
    told["expirationDate"] = _stamp(timezone.now() + TOKEN_LASTS)
    answer.text("resumptionToken", following.token(), told)


_ANSWERS: dict[str, Any] = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "GetRecord": _record,
    "ListIdentifiers": _list,
    "ListRecords": _list,
}
