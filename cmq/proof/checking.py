"""What somebody brings to be checked – a signed credential, a file, an identifier – and what the register says."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from cmq.core.errors import Refusal, require
from cmq.proof import keys, tokens
from cmq.proof.credential import address
from cmq.proof.identifiers import key_of, public_id
from cmq.proof.rules import Award, Standing, award_of, standing_on
from cmq.proof.statuses import Purpose, places

MAX_FILE = 100_000  # bytes


@dataclass(frozen=True)
class Checked:
    """A credential whose signature is true, and what became of what it says."""

    award: Award
    standing: Standing
    said: dict[str, Any]
    signed_at: dt.datetime
    # Why it proves nothing any more, in French; empty when what it says still holds.
    revoked: str


def identifier_in(text: str) -> str:
    """The identifier in a text that is one, or the address of one; empty for anything else."""
    text = text.strip()
    if len(text) > 500 or "\n" in text:
        return ""
    last = text.rstrip("/").rpartition("/")[2]
    key = key_of(last)
    return public_id(key) if key is not None else ""


def text_of(content: bytes) -> str:
    """The credential in a file. Raises `Refusal`."""
    require(len(content) <= MAX_FILE, "Ce fichier est trop grand pour un justificatif : 100 ko au plus.")
    is_pdf = content.startswith(b"%PDF")
    require(not is_pdf, "Ceci est l’attestation PDF : tapez plutôt l’identifiant qu’elle porte.")
    try:
        return content.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise Refusal("Ce fichier n’est pas un justificatif signé : il n’est pas fait de texte.") from error


def check(token: str, *, on: dt.date) -> Checked:
    """Check a signed credential. Raises `Refusal` that says which check failed."""
    token = "".join(token.split())
    require(token, "Collez un justificatif, choisissez un fichier, ou tapez un identifiant.")
    require(len(token) <= tokens.MAX_TOKEN, "Ce texte est trop long pour un justificatif signé.")
    said, key = tokens.read(token)
    require(
        said.get("iss") == keys.issuer(), "Émetteur inattendu : ce justificatif est signé, mais pas par ce registre."
    )
    award = _award(said)
    signed_at = _signed_at(said)
    require(
        key.retired_at is None or signed_at <= key.retired_at,
        "Date impossible : ce justificatif se dit signé après le retrait de la clé qui l’a signé.",
    )
    return Checked(award, standing_on(award, on), said, signed_at, _revoked(said, award, on))


def _award(said: dict[str, Any]) -> Award:
    is_credential = "OpenBadgeCredential" in (said.get("type") or [])
    require(is_credential, "La signature est bonne, mais ce n’est pas le justificatif d’un label.")
    award = award_of(identifier_in(str(said.get("id"))) or "-")
    if award is None or said.get("id") != address(award):
        raise Refusal("Décision inconnue : le registre n’a pas, ou plus, la décision que ce justificatif nomme.")
    return award


def _signed_at(said: dict[str, Any]) -> dt.datetime:
    try:
        return dt.datetime.fromtimestamp(said["iat"], tz=dt.UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError) as error:
        raise Refusal("Ce justificatif ne dit pas quand il a été signé.") from error


def _revoked(said: dict[str, Any], award: Award, on: dt.date) -> str:
    line = _line(said)
    if line != award.decision.pk:
        return "La décision a été corrigée depuis : ce justificatif est révoqué, demandez-en un récent."
    if line in places(Purpose.REVOCATION, on=on):
        return "Le label a pris fin avant la date que dit ce justificatif : il est révoqué."
    if line in places(Purpose.SUSPENSION, on=on):
        return "Le label est suspendu : ce justificatif l’est aussi, tant que la suspension n’est pas levée."
    return ""


def _line(said: dict[str, Any]) -> int | None:
    text = str(said.get("jti")).rpartition("#")[2]
    return int(text) if text.isdecimal() and len(text) < 19 else None
