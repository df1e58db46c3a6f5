"""JSON signed with Ed25519, as a JSON Web Token: made here, checked here."""

import json
import warnings
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey

from cmq.core.errors import Refusal
from cmq.proof import keys
from cmq.proof.models import SigningKey

# RFC 9864 renames EdDSA to Ed25519; the libraries of those who check us do not all know the new name yet.
ALGORITHM = "EdDSA"
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)
TYPE = "vc+jwt"
MAX_TOKEN = 50_000  # characters


def sign(payload: dict[str, Any], *, typ: str = TYPE) -> str:
    """The payload signed with the current key, in compact form. Raises `Refusal` when there is none."""
    public, private = keys.current()
    header = {"alg": ALGORITHM, "typ": typ, "kid": keys.key_id(public)}
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
    return jws.serialize_compact(header, text.encode(), private, algorithms=[ALGORITHM])


def read(token: str) -> tuple[dict[str, Any], SigningKey]:
    """What a token says, and the key that signed it. Raises `Refusal` that says which check failed."""
    header = _header(token)
    if header.get("alg") != ALGORITHM:
        raise Refusal(
            f"Algorithme refusé : {str(header.get('alg'))[:20]}. Ce registre signe en Ed25519 (EdDSA), rien d’autre."
        )
    key = _key_of(header)
    try:
        signed = jws.deserialize_compact(token, OKPKey.import_key(key.jwk), algorithms=[ALGORITHM])
        said = json.loads(signed.payload)
    except (JoseError, ValueError, RecursionError) as error:
        raise Refusal(
            "Signature fausse : le contenu a été modifié, ou il n’a pas été signé par la clé qu’il nomme."
        ) from error
    if not isinstance(said, dict):
        raise Refusal("Contenu inattendu : le justificatif signé n’est pas un objet JSON.")
    return said, key


def _header(token: str) -> dict[str, Any]:
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
    except (JoseError, ValueError, RecursionError, TypeError, AttributeError) as error:
        raise Refusal(
            "Ceci n’est pas un justificatif signé : il devrait être fait de trois parties séparées par des points."
        ) from error
    return header


def _key_of(header: dict[str, Any]) -> SigningKey:
    kid = header.get("kid")
    known = {keys.key_id(key): key for key in SigningKey.objects.all()}
    key = known.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise Refusal("Clé inconnue : ce justificatif n’a pas été signé par ce registre.")
    if key.compromised_at is not None:
        raise Refusal("Clé compromise : ce qu’elle a signé ne prouve plus rien. Demandez un justificatif récent.")
    return key
