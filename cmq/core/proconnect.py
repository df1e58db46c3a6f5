"""OpenID Connect with ProConnect, the agents’ identity federation: code, PKCE, state, nonce, signed answers.

Sources: OpenID Connect Core 1.0 and RP-Initiated Logout 1.0, RFC 7636, RFC 9207, and ProConnect's documentation for
service providers (scopes, `claims`, the signed user info, `prompt=login`).
"""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx
from django.conf import settings
from django.core.cache import cache
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from cmq.core import outgoing
from cmq.core.errors import Refusal

SCOPE = "openid given_name usual_name email uid siret"
SIGNATURES = ["RS256", "ES256"]
# A second factor was asked: said by the method, or by the level (ProConnect's levels end so; eIDAS from 2 up).
STRONG_LEVELS = ("eidas2", "eidas3")
ANSWER_WITHIN = 600  # seconds that a person has to log in over there
_LEEWAY, _KEPT, _TIMEOUT, _MOST_BYTES = 30, 3600, 10.0, 1_000_000

FAILED = "La connexion par ProConnect n’a pas abouti. Recommencez."
UNREACHABLE = "ProConnect ne répond pas. Réessayez plus tard, ou connectez-vous autrement."


@dataclass(frozen=True)
class Asking:
    """What this browser asked of ProConnect, kept in its session until the answer."""

    state: str
    nonce: str
    verifier: str
    asked_at: float
    next_url: str
    # Proving again who one is, before an act, instead of logging in.
    is_again: bool

    def as_dict(self) -> dict[str, Any]:
        """For the session."""
        return asdict(self)


@dataclass(frozen=True)
class Agent:
    """Whom ProConnect says it is."""

    issuer: str
    subject: str
    email: str
    name: str
    is_strong: bool
    authenticated_at: float | None
    id_token: str


def is_on() -> bool:
    """Whether this site is registered with ProConnect."""
    return bool(settings.PROCONNECT_ISSUER and settings.PROCONNECT_CLIENT_ID and settings.PROCONNECT_CLIENT_SECRET)


def origin() -> str:
    """ProConnect's scheme and host, to which our forms may lead; empty when it is off."""
    return "{0.scheme}://{0.netloc}".format(urlsplit(settings.PROCONNECT_ISSUER)) if is_on() else ""


def ask(next_url: str, *, is_again: bool) -> tuple[Asking, str]:
    """What to keep, and the address where the person logs in. Raises `Refusal` when ProConnect is down."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    asking = Asking(state, nonce, verifier, time.time(), next_url, is_again)
    level = {"essential": True, "values": settings.PROCONNECT_ACR}
    claims = {"id_token": {"amr": {"essential": True}, "auth_time": {"essential": True}, "acr": level}}
    query = {
        "response_type": "code",
        "client_id": settings.PROCONNECT_CLIENT_ID,
        "redirect_uri": _here("proconnect/retour/"),
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "claims": json.dumps(claims, separators=(",", ":")),
    }
    if settings.PROCONNECT_PKCE:
        digest = hashlib.sha256(verifier.encode()).digest()
        query |= {"code_challenge": _b64(digest), "code_challenge_method": "S256"}
    if is_again:
        query["prompt"] = "login"
    return asking, f"{_metadata()['authorization_endpoint']}?{urlencode(query)}"


def answer(asking: Asking, query: dict[str, str]) -> Agent:
    """Who logged in, from the address where ProConnect sent the person back. Raises `Refusal`."""
    is_late = time.time() - asking.asked_at > ANSWER_WITHIN
    if is_late or not secrets.compare_digest(query.get("state", "").encode(), asking.state.encode()):
        raise Refusal(FAILED)
    # RFC 9207: the answer says whose it is.
    if query.get("iss", settings.PROCONNECT_ISSUER) != settings.PROCONNECT_ISSUER or not query.get("code"):
        raise Refusal(FAILED)
    token = _exchange(asking, query["code"])
    said = _checked_token(token, asking)
    about = _user_info(token["access_token"])
    if about.get("sub") != said["sub"]:
        raise Refusal(FAILED)
    return _agent(said, about, token["id_token"])


def leave(id_token: str) -> tuple[str, str]:
    """The state to keep, and the address where the person's session at ProConnect ends too; « » when it is down."""
    state = secrets.token_urlsafe(48)
    query = {"id_token_hint": id_token, "state": state, "post_logout_redirect_uri": _here("proconnect/fin/")}
    try:
        return state, f"{_metadata()['end_session_endpoint']}?{urlencode(query)}"
    except Refusal:
        return state, ""


def _agent(said: dict[str, Any], about: dict[str, Any], id_token: str) -> Agent:
    email = str(about.get("email") or "")
    # ProConnect vouches for addresses without a claim of its own; a provider that says « not verified » is believed.
    if not email or about.get("email_verified", True) is not True:
        raise Refusal("ProConnect ne garantit pas votre adresse électronique : elle ne peut pas ouvrir de compte ici.")
    level, methods = str(said.get("acr") or ""), said.get("amr") or []
    if level not in settings.PROCONNECT_ACR:
        raise Refusal("Votre connexion ProConnect n’a pas le niveau d’assurance que ce site demande.")
    is_strong = "mfa" in methods or level.endswith("-2fa") or level in STRONG_LEVELS
    name = f"{about.get('given_name') or ''} {about.get('usual_name') or ''}".strip()
    return Agent(settings.PROCONNECT_ISSUER, said["sub"], email, name, is_strong, said.get("auth_time"), id_token)


def _checked_token(token: dict[str, Any], asking: Asking) -> dict[str, Any]:
    claims = _opened(str(token.get("id_token") or ""))
    registry = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"essential": True, "value": settings.PROCONNECT_ISSUER},
        aud={"essential": True, "value": settings.PROCONNECT_CLIENT_ID},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
        nonce={"essential": True, "value": asking.nonce},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise Refusal(FAILED) from error
    _check_parties(claims, str(token.get("access_token") or ""))
    return claims


def _check_parties(claims: dict[str, Any], access_token: str) -> None:
    """Core 3.1.3.7 and 3.1.3.8: nobody else's token, and the access token that came with it."""
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    party = claims.get("azp", settings.PROCONNECT_CLIENT_ID)
    half = _b64(hashlib.sha256(access_token.encode()).digest()[:16])
    if not access_token or claims.get("at_hash", half) != half or party != settings.PROCONNECT_CLIENT_ID:
        raise Refusal(FAILED)
    if len(audience) > 1 and "azp" not in claims:
        raise Refusal(FAILED)


def _exchange(asking: Asking, code: str) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": _here("proconnect/retour/"),
        "client_id": settings.PROCONNECT_CLIENT_ID,
        "client_secret": settings.PROCONNECT_CLIENT_SECRET,
    }
    if settings.PROCONNECT_PKCE:
        form["code_verifier"] = asking.verifier
    found = _call("POST", _metadata()["token_endpoint"], data=form).json()
    if not isinstance(found, dict) or not found.get("access_token"):
        raise Refusal(FAILED)
    return found


def _user_info(access_token: str) -> dict[str, Any]:
    found = _call("GET", _metadata()["userinfo_endpoint"], headers={"Authorization": f"Bearer {access_token}"})
    if "application/jwt" not in found.headers.get("content-type", ""):
        raise Refusal(FAILED)
    claims = _opened(found.text)
    registry = jwt.JWTClaimsRegistry(
        leeway=_LEEWAY,
        iss={"value": settings.PROCONNECT_ISSUER},
        aud={"value": settings.PROCONNECT_CLIENT_ID},
    )
    try:
        registry.validate(claims)
    except JoseError as error:
        raise Refusal(FAILED) from error
    return claims


def _opened(token: str) -> dict[str, Any]:
    """The claims of a token that ProConnect signed; its keys are asked again once, for it renews them."""
    for is_last in (False, True):
        try:
            return dict(jwt.decode(token, _keys(fresh=is_last), algorithms=SIGNATURES).claims)
        except (JoseError, ValueError) as error:
            if is_last:
                raise Refusal(FAILED) from error
    raise AssertionError


def _keys(*, fresh: bool) -> KeySet:
    name = f"proconnect:keys:{settings.PROCONNECT_ISSUER}"
    found = None if fresh else cache.get(name)
    if found is None:
        found = _call("GET", _metadata()["jwks_uri"]).json()
        cache.set(name, found, _KEPT)
    return KeySet.import_key_set(found)


def _metadata() -> dict[str, Any]:
    """What ProConnect says of itself: for this issuer, and no address elsewhere than at its own host."""
    name = f"proconnect:metadata:{settings.PROCONNECT_ISSUER}"
    found: dict[str, Any] | None = cache.get(name)
    if found is None:
        found = _call("GET", f"{settings.PROCONNECT_ISSUER}/.well-known/openid-configuration").json()
        places = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint")
        is_own = all(str(found.get(each, "")).startswith(origin() + "/") for each in places)
        if found.get("issuer") != settings.PROCONNECT_ISSUER or not is_own:
            raise Refusal(UNREACHABLE)
        cache.set(name, found, _KEPT)
    return found


def _call(method: str, url: str, **kwargs: Any) -> httpx.Response:
    try:
        # The issuer is a setting, and every address that it names is checked to be its own (`_metadata`).
        with outgoing.client(trusted=[settings.PROCONNECT_ISSUER], timeout=httpx.Timeout(_TIMEOUT)) as client:
            found = outgoing.ask(client, method, url, most_bytes=_MOST_BYTES, **kwargs)
    except httpx.HTTPError as error:
        raise Refusal(UNREACHABLE) from error
    if found.status_code >= 500:
        raise Refusal(UNREACHABLE)
    if found.status_code != 200:
        raise Refusal(FAILED)
    return found


def _here(path: str) -> str:
    return f"{settings.SITE_URL}/compte/{path}"


def _b64(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")
