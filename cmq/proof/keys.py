"""Which key signs, and what everyone may know of the keys.

Private keys come from the environment (CMQ_SIGNING_KEYS), the same on all machines of a site: they are never in the
database. The public parts are (`models.SigningKey`), because everyone may have them and history keeps them.
"""

from typing import Any
from urllib.parse import quote, urlsplit

from django.conf import settings
from joserfc.jwk import OKPKey

from cmq.core.errors import Refusal
from cmq.proof import private
from cmq.proof.models import SigningKey


def private_keys() -> dict[str, OKPKey]:
    """The private keys of the environment, by thumbprint. Raises `Refusal` when one cannot be read."""
    return private.read(settings.SIGNING_KEYS)


def current() -> tuple[SigningKey, OKPKey]:
    """The key that signs: the newest published one, not retired, that the environment has. Raises `Refusal`."""
    here = private_keys()
    for key in SigningKey.objects.signing():
        if key.thumbprint in here:
            return key, here[key.thumbprint]
    raise Refusal("Ce registre n’a pas encore de clé de signature : ses justificatifs ne peuvent pas être délivrés.")


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
