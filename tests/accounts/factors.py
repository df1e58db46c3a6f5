"""The other half of a second factor: an application that makes codes, and a key, as a person holds them."""

import base64
import hashlib
import hmac
import json
import os
import struct
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import (
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)


class Clock:
    """The one clock of the site and of the telephone. It stands at the start of a half minute until it is moved, so
    that no code changes on its way."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = float(int(time.time()) // 30 * 30)
        monkeypatch.setattr(time, "time", lambda: self.now)

    def move(self, seconds: float = 30) -> None:
        """Later; by default, when the application shows its next code."""
        self.now += seconds


def code_of(secret: str, *, steps: int = 0) -> str:
    """What an application shows now, or some half minutes from now (RFC 6238, with SHA-1, six digits)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    mac = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def _read(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


def _written(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


class Key:
    """A security key without a PIN, as a browser presents it to the site (WebAuthn level 2, attestation « none »)."""

    def __init__(self, origin: str = "https://testserver") -> None:
        self.origin, self.number, self.uses = origin, os.urandom(16), 0
        self.private = ec.generate_private_key(ec.SECP256R1())

    def seen_from(self, origin: str) -> "Key":
        """The same key, used on another site."""
        other = Key(origin)
        other.number, other.private = self.number, self.private
        return other

    def register(self, options: dict[str, Any]) -> str:
        """The answer to the options of a page that adds a key, as its form sends it."""
        asked = options["publicKey"]
        public = ES256.from_cryptography_key(self.private.public_key())
        about = self._about(asked["rp"]["id"], AttestedCredentialData.create(bytes(16), self.number, public))
        attestation = AttestationObject.create("none", about, {})
        return self._sent("webauthn.create", asked["challenge"], {"attestationObject": _written(attestation)})

    def sign(self, options: dict[str, Any]) -> str:
        """The answer to the options of a page that asks for a key."""
        asked = options["publicKey"]
        about = self._about(asked["rpId"])
        said = self._said("webauthn.get", asked["challenge"])
        signature = self.private.sign(about + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        answer = {"authenticatorData": _written(about), "signature": _written(signature)}
        return self._sent("webauthn.get", asked["challenge"], answer)

    def _about(self, site: str, credential: bytes = b"") -> AuthenticatorData:
        self.uses += 1
        flags = AuthenticatorData.FLAG.UP | (AuthenticatorData.FLAG.AT if credential else 0)
        return AuthenticatorData.create(hashlib.sha256(site.encode()).digest(), flags, self.uses, credential)

    def _said(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, _read(challenge), self.origin)

    def _sent(self, kind: str, challenge: str, answer: dict[str, str]) -> str:
        said = _written(self._said(kind, challenge))
        number = _written(self.number)
        sent = {"id": number, "rawId": number, "type": "public-key", "clientExtensionResults": {}}
        return json.dumps({**sent, "response": {"clientDataJSON": said, **answer}})
