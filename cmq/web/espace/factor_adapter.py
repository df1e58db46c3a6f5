"""How django-allauth’s second factors behave here: secrets are kept encrypted, the last one that is owed stays."""

import base64
from io import BytesIO
from typing import Any

import segno
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from cmq.web.espace.gates import MAIN, owes_second_factor


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """TOTP applications, passkeys and security keys, recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        # Said of keys; forms that take a code have their own sentence.
        "incorrect_code": "Cette clé n’a pas été acceptée. Recommencez, ou prenez un autre moyen.",
        "unverified_email": "Confirmez d’abord votre nouvelle adresse.",
        "cannot_delete_authenticator": "Votre compte doit garder un second facteur : ajoutez-en un autre d’abord.",
        "cannot_generate_recovery_codes": "Ajoutez d’abord une application ou une clé.",
    }

    def encrypt(self, text: str) -> str:
        """A secret as it is kept: whoever reads the database alone cannot make codes."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again, also under a former key of the site."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The QR code of a new application, as a picture that stands alone (with its namespace)."""
        drawn = BytesIO()
        segno.make(url, error="m").save(drawn, kind="svg", xmldecl=False, scale=5, border=4, light="#fff")
        return drawn.getvalue().decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """No for the last main factor of a person who must have one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=MAIN).exclude(pk=authenticator.pk)
        return others.exists() or not owes_second_factor(authenticator.user)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """« Clé 1 », « Clé 2 »: what the form proposes."""
        return f"Clé {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def _get_site_name(self) -> str:
        return settings.SITE_NAME


def _box() -> MultiFernet:
    return MultiFernet([_key(each) for each in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _key(secret: str) -> Fernet:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cmq second factors")
    return Fernet(base64.urlsafe_b64encode(kdf.derive(secret.encode())))
