"""Private keys as the environment holds them: made, read, written. No setting and no database is needed for it."""

import json
from collections.abc import Iterable
from typing import Any, Final

from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from cmq.core.errors import Refusal, require

CURVE: Final = "Ed25519"
_NO_KEY = "Une clé privée n’est pas une clé Ed25519 au format JWK."


def make() -> OKPKey:
    """A new private key."""
    key = OKPKey.generate_key(CURVE)
    # Read as an option, such a thumbprint could not be given to `cmq cles retirer` as it is.
    while key.thumbprint().startswith("-"):
        key = OKPKey.generate_key(CURVE)
    return key


def read(text: str, *, where: str = "CMQ_SIGNING_KEYS") -> dict[str, OKPKey]:
    """The keys of a JWK or of a list of them, by thumbprint; none when the text is empty. Raises `Refusal`."""
    if not text:
        return {}
    try:
        said = json.loads(text)
    except ValueError:
        # What the parser says would quote the key.
        raise Refusal(f"Clé illisible dans {where} : ce n’est pas du JSON.") from None
    keys = [_key(each) for each in (said if isinstance(said, list) else [said])]
    return {key.thumbprint(): key for key in keys}


def written(keys: Iterable[OKPKey]) -> str:
    """Keys as a list of JWK on one line, each named by its thumbprint; empty for none."""
    told = [{"kid": key.thumbprint(), **_parts(key)} for key in keys]
    return json.dumps(told, separators=(",", ":")) if told else ""


def _parts(key: OKPKey) -> dict[str, Any]:
    said = key.as_dict(private=True)
    return {name: said[name] for name in ("kty", "crv", "x", "d")}


def _key(said: Any) -> OKPKey:
    try:
        key = OKPKey.import_key(said)
    except (JoseError, ValueError, TypeError, KeyError):
        raise Refusal(_NO_KEY) from None
    require(key.is_private and key.curve_name == CURVE, _NO_KEY)
    return key
