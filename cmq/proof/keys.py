"""Where private keys are, and which one signs. They are never in the database, nor in a backup of it.

On one machine: a file a key in CMQ_VAR_DIR/cles, which only its owner reads. On several: CMQ_SIGNING_KEYS, the same on
all. The public parts are in the database (`models.SigningKey`), because everyone may have them and history keeps them.
"""

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from cmq.core.errors import Refusal, require
from cmq.proof.models import SigningKey

CURVE: Final = "Ed25519"


def folder() -> Path:
    """Where this machine keeps its private keys."""
    return Path(settings.VAR_DIR) / "cles"


def make() -> OKPKey:
    """A new private key, kept in `folder` before anything is signed with it."""
    key = OKPKey.generate_key(CURVE)
    # Read as an option, such a thumbprint could not be given to `cmq cles retirer` as it is.
    while key.thumbprint().startswith("-"):
        key = OKPKey.generate_key(CURVE)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / f"{key.thumbprint()}.json"
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(json.dumps(key.as_dict(private=True)))
    return key


def private_keys() -> dict[str, OKPKey]:
    """The private keys of this machine, by thumbprint. Raises `Refusal` when one cannot be read."""
    texts = [path.read_text() for path in sorted(folder().glob("*.json"))]
    found = [_read(json_of(text, "un fichier de CMQ_VAR_DIR/cles")) for text in texts]
    found += [_read(each) for each in _from_environment()]
    return {key.thumbprint(): key for key in found}


def current() -> tuple[SigningKey, OKPKey]:
    """The key that signs: the newest published one, not retired, whose private part is here. Raises `Refusal`."""
    private = private_keys()
    for key in SigningKey.objects.signing():
        if key.thumbprint in private:
            return key, private[key.thumbprint]
    raise Refusal("Ce registre n’a pas encore de clé de signature : ses justificatifs ne peuvent pas être délivrés.")


def forget(key: SigningKey) -> bool:
    """Destroy the private file of a key; whether there was one. What is in the environment stays there."""
    path = folder() / f"{key.thumbprint}.json"
    was_here = path.exists()
    path.unlink(missing_ok=True)
    return was_here


def issuer() -> str:
    """Who signs, as a did:web of the site's address."""
    return f"did:web:{quote(urlsplit(settings.SITE_URL).netloc, safe='')}"


def key_id(key: SigningKey) -> str:
    """How signatures name a key: the same in their header, in the key set and in the DID document."""
    return f"{issuer()}#{key.thumbprint}"


def key_set() -> dict[str, Any]:
    """The published keys (RFC 7517), retired ones too: what they signed stays true."""
    return {"keys": [{"kid": key_id(key), **key.jwk} for key in SigningKey.objects.published()]}


def did_document() -> dict[str, Any]:
    """The issuer's keys as a DID document (did:web)."""
    methods = [
        {"id": key_id(key), "type": "JsonWebKey", "controller": issuer(), "publicKeyJwk": key.jwk}
        for key in SigningKey.objects.published()
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": issuer(),
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def json_of(text: str, where: str) -> Any:
    """JSON as somebody wrote it. Raises `Refusal`."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise Refusal(f"Clé illisible dans {where} : ce n’est pas du JSON.") from error


def _from_environment() -> list[Any]:
    if not settings.SIGNING_KEYS:
        return []
    said = json_of(settings.SIGNING_KEYS, "CMQ_SIGNING_KEYS")
    return said if isinstance(said, list) else [said]


def _read(said: Any) -> OKPKey:
    try:
        key = OKPKey.import_key(said)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Refusal("Une clé privée n’est pas une clé Ed25519 au format JWK.") from error
    require(key.is_private and key.curve_name == CURVE, "Une clé privée n’est pas une clé Ed25519 au format JWK.")
    return key
