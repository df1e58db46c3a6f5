"""An identity provider as ProConnect is one, on this machine: Authlib's authorization server behind werkzeug.

It checks the redirect address, the secret, the code challenge and that a code serves once; it signs the id_token and
the user info. `spoil` and the keys let a test make it lie.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, grants
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import OpenIDCode, UserInfo
from flask import Flask, Response, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server

CLIENT, SECRET = "cmq", "secret de test"
KEY, STRANGE_KEY = (RSAKey.generate_key(2048, parameters={"kid": name}, private=True) for name in ("a", "b"))
STANDARD = "https://proconnect.gouv.fr/assurance/self-asserted"


class Client(ClientMixin):
    """This site, as the provider knows it."""

    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == "http://127.0.0.1:8000/compte/proconnect/retour/"

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    """What the provider remembers of a code."""

    asked: dict[str, str]
    amr: list[str]
    acr: str
    auth_time: int

    @property
    def code_challenge(self) -> str:
        return self.asked.get("code_challenge", "")

    @property
    def code_challenge_method(self) -> str:
        return self.asked.get("code_challenge_method", "")

    def get_redirect_uri(self) -> str:
        return self.asked["redirect_uri"]

    def get_scope(self) -> str:
        return self.asked["scope"]

    def get_nonce(self) -> str:
        return self.asked["nonce"]

    def get_auth_time(self) -> int:
        return self.auth_time

    def get_acr(self) -> str:
        return self.acr

    def get_amr(self) -> list[str]:
        return self.amr


@dataclass
class Provider:
    """Who is logged in over there, and what it says of them."""

    url: str = ""
    # The issuer that its own description names, when it is another.
    calls_itself: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    amr: list[str] = field(default_factory=lambda: ["pwd"])
    acr: str = STANDARD
    auth_time: int = 0
    spoil: dict[str, Any] = field(default_factory=dict)
    signs_with: RSAKey = field(default_factory=lambda: KEY)
    shows: RSAKey = field(default_factory=lambda: KEY)
    is_down: bool = False
    codes: dict[str, Code] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)

    def sign(self, claims: dict[str, Any]) -> str:
        header = {"alg": "RS256", "kid": self.signs_with.kid}
        return jwt.encode(header, {**claims, **self.spoil}, self.signs_with, ["RS256"])


def _grant(provider: Provider) -> type[grants.AuthorizationCodeGrant]:
    class Grant(grants.AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post",)

        def save_authorization_code(self, code: str, request: Any) -> None:
            said = provider.auth_time or int(time.time())
            provider.codes[code] = Code(dict(request.payload.data), provider.amr, provider.acr, said)

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            provider.codes = {name: each for name, each in provider.codes.items() if each is not authorization_code}

        def authenticate_user(self, authorization_code: Code) -> dict[str, Any]:
            return provider.person

    return Grant


def _token(provider: Provider) -> OpenIDCode:
    class Token(OpenIDCode):
        def exists_nonce(self, nonce: str, request: Any) -> bool:
            return False

        def get_client_algorithm(self, client: Client) -> str:
            return "RS256"

        def resolve_client_private_key(self, client: Client) -> RSAKey:
            return KEY

        def get_client_claims(self, client: Client) -> dict[str, Any]:
            return {"iss": provider.url}

        def generate_user_info(self, user: dict[str, Any], scope: str) -> UserInfo:
            return UserInfo(sub=user["sub"])

        def encode_id_token(self, token: dict[str, Any], request: Any) -> str:
            honest = jwt.decode(super().encode_id_token(token, request), KEY, ["RS256"]).claims
            return provider.sign({**honest, "iss": provider.url})

    return Token(require_nonce=True)


def _app(provider: Provider) -> Flask:
    app = Flask("provider")
    app.config["SECRET_KEY"] = "provider"
    server = AuthorizationServer(app, query_client=lambda _: Client(), save_token=lambda token, request: None)
    server.register_grant(_grant(provider), [_token(provider), CodeChallenge(required=True)])

    @app.before_request
    def down() -> Response | None:
        return Response(status=503) if provider.is_down else None

    @app.get("/.well-known/openid-configuration")
    def metadata() -> Response:
        places = {"authorization": "authorize", "token": "token", "userinfo": "userinfo", "end_session": "session/end"}
        known = {f"{name}_endpoint": f"{provider.url}/{path}" for name, path in places.items()}
        return jsonify(issuer=provider.calls_itself or provider.url, jwks_uri=f"{provider.url}/jwks", **known)

    @app.get("/jwks")
    def keys() -> Response:
        return jsonify(keys=[provider.shows.as_dict(private=False, use="sig")])

    @app.get("/authorize")
    def authorize() -> Any:
        provider.asked = request.args.to_dict()
        grant = server.get_consent_grant(end_user=provider.person)
        return server.create_authorization_response(grant_user=provider.person, grant=grant)

    @app.post("/token")
    def token() -> Any:
        return server.create_token_response()

    @app.get("/userinfo")
    def userinfo() -> Response:
        signed = provider.sign({"iss": provider.url, "aud": CLIENT, **provider.person})
        return Response(signed, content_type="application/jwt")

    @app.get("/session/end")
    def end() -> Any:
        provider.ended = request.args.to_dict()
        return redirect(f"{provider.ended['post_logout_redirect_uri']}?state={provider.ended['state']}")

    return app


class _Silent(WSGIRequestHandler):
    def log_request(self, *args: Any, **kwargs: Any) -> None:
        """Nothing."""


@contextmanager
def running() -> Iterator[Provider]:
    """The provider at an address of this machine."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, _app(provider), threaded=True, request_handler=_Silent)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield provider
    server.shutdown()
    thread.join()
