"""Time stamps of the journal's head by an outside authority (RFC 3161): the proof that does not rest on our database.

What is stamped is the last line itself, as `cmq journal export` writes it: `openssl ts -verify` needs nothing of ours.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import httpx
from cryptography.x509 import Certificate, load_pem_x509_certificates
from django.conf import settings
from rfc3161_client import (
    HashAlgorithm,
    PKIStatus,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from cmq.core import outgoing
from cmq.core.errors import Refusal, require
from cmq.core.journal import line_at
from cmq.core.models import FeedHead, JournalStamp

TIMEOUT = 20  # seconds
MAX_ANSWER = 200_000  # bytes; a token with its certificates has a few thousand
SHA256_OID = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True)
class Stamp:
    """A time stamp as it is kept or exported."""

    position: int
    digest: str
    at: datetime | str
    token: bytes


def is_configured() -> bool:
    """Whether an authority is named."""
    return bool(settings.TSA_URL)


def stamp_head() -> tuple[JournalStamp, bool]:
    """Have the last line of the journal stamped; the stamp, and whether it is new. Raises `Refusal`."""
    require(is_configured(), "Aucune autorité d’horodatage : donnez CMQ_TSA_URL.")
    head = FeedHead.objects.filter(pk=1).first()
    if head is None or head.position == 0:
        raise Refusal("Le journal est vide : il n’y a rien à horodater.")
    known = JournalStamp.objects.filter(position=head.position).first()
    if known is not None:
        return known, False
    line = line_at(head.position)
    request = TimestampRequestBuilder().data(line).hash_algorithm(HashAlgorithm.SHA256).build()
    token = _ask(request.as_bytes())
    answer = _decoded(token)
    _check(answer, head.digest, request=request, roots=roots())
    return JournalStamp.objects.get_or_create(
        position=head.position,
        defaults={"digest": head.digest, "stamped_at": answer.tst_info.gen_time, "token": token},
    )


def stored() -> list[Stamp]:
    """The time stamps of the database, oldest first."""
    found = JournalStamp.objects.order_by("position")
    return [Stamp(each.position, each.digest, each.stamped_at, bytes(each.token)) for each in found]


def exported(said: Sequence[dict[str, Any]]) -> list[Stamp]:
    """The time stamps of an export, as its closing line gives them."""
    return [Stamp(each["position"], each["digest"], each["at"], _bytes(each["token"])) for each in said]


def problem(stamp: Stamp) -> str:
    """What is wrong with a time stamp, in French; empty when its authority stands for it.

    Without known roots only its content is compared, not its signature (`roots`).
    """
    try:
        answer = _decoded(stamp.token)
        _check(answer, stamp.digest, roots=roots())
        told = datetime.fromisoformat(stamp.at) if isinstance(stamp.at, str) else stamp.at
    except Refusal as error:
        return str(error)
    except ValueError:
        return "il est illisible."
    return "" if told == answer.tst_info.gen_time else "son instant n’est pas celui que dit l’autorité."


def roots() -> list[Certificate]:
    """The certificates of the authorities that this installation trusts. Raises `Refusal`."""
    if not settings.TSA_ROOTS:
        return []
    try:
        return load_pem_x509_certificates(Path(settings.TSA_ROOTS).read_bytes())
    except (OSError, ValueError) as error:
        raise Refusal(f"Certificats de CMQ_TSA_ROOTS illisibles ({settings.TSA_ROOTS}).") from error


def _ask(query: bytes) -> bytes:
    address, authorization = _address(settings.TSA_URL)
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply", **authorization}
    try:
        with outgoing.client(trusted=[address], timeout=httpx.Timeout(TIMEOUT)) as client:
            answer = outgoing.ask(client, "POST", address, content=query, headers=headers, most_bytes=MAX_ANSWER)
    except outgoing.AnswerTooLarge as error:
        raise Refusal("La réponse de l’autorité d’horodatage est trop longue.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refusal(f"L’autorité d’horodatage ne répond pas ({error}). Voyez CMQ_TSA_URL.") from error
    if answer.status_code != httpx.codes.OK:
        raise Refusal(f"L’autorité d’horodatage a répondu {answer.status_code}. Voyez CMQ_TSA_URL.")
    return answer.content


def _address(text: str) -> tuple[str, dict[str, str]]:
    """The address without its user and password, and these as a header."""
    try:
        url = urlsplit(text)
    except ValueError:
        url = SplitResult("", "", "", "", "")
    require(url.scheme in ("http", "https") and url.hostname, "CMQ_TSA_URL n’est pas une adresse http ou https.")
    bare = urlunsplit(url._replace(netloc=url.netloc.rpartition("@")[2]))
    if url.username is None:
        return bare, {}
    word = base64.b64encode(f"{unquote(url.username)}:{unquote(url.password or '')}".encode()).decode()
    return bare, {"Authorization": f"Basic {word}"}


def _decoded(token: bytes) -> TimeStampResponse:
    try:
        answer = decode_timestamp_response(token)
        granted = PKIStatus(answer.status) in (PKIStatus.GRANTED, PKIStatus.GRANTED_WITH_MODS)
    except ValueError as error:
        raise Refusal("La réponse de l’autorité n’est pas un horodatage RFC 3161.") from error
    require(granted, f"L’autorité a refusé d’horodater ({', '.join(answer.status_string) or answer.status}).")
    return answer


def _check(
    answer: TimeStampResponse, digest: str, *, roots: list[Certificate], request: TimeStampRequest | None = None
) -> None:
    """Raises `Refusal` unless the answer stamps this digest; for the request when there is one."""
    imprint = answer.tst_info.message_imprint
    same = imprint.hash_algorithm.dotted_string == SHA256_OID and imprint.message == bytes.fromhex(digest)
    require(same, "l’autorité a horodaté autre chose que cette ligne.")
    require(request is None or answer.tst_info.nonce == request.nonce, "la réponse est celle d’une autre demande.")
    if not roots:
        return
    builder = VerifierBuilder.from_request(request) if request else VerifierBuilder()
    for root in dict.fromkeys(roots):
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify(answer, bytes.fromhex(digest))
    except VerificationError as error:
        raise Refusal(f"sa signature ne mène pas aux certificats de CMQ_TSA_ROOTS ({error}).") from error


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
