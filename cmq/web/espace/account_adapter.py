"""How django-allauth behaves on this site: accounts by invitation, letters through our outbox, our own addresses."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from cmq.accounts.models import AgentIdentity, User
from cmq.core import mail, proconnect
from cmq.web import security_log

# Letters that let their reader in: their text is not kept.
_SECRET = ("password_reset_key", "email_confirmation")
_WAYS = {
    "reauthenticate": "par votre mot de passe",
    "mfa_reauthenticate": "par un code de votre application ou un code de secours",
    "mfa_reauthenticate:webauthn": "par une clé",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made through invitations only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Closed to strangers."""
        return False

    def clean_email(self, email: str) -> str:
        """One address, one person: kept in lower case."""
        return User.objects.normalize_email(super().clean_email(email))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Through the outbox, from `mail/<name>.txt`."""
        name = template_prefix.rpartition("/")[2].removesuffix("_signup")
        known = {"email": email, "site_name": settings.SITE_NAME, "site_url": settings.SITE_URL}
        mail.post(
            email, f"mail/{name}", {**context, **known}, key=f"account:{name}:{uuid.uuid4()}", is_secret=name in _SECRET
        )

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """How this person may prove again who they are: by a factor when they have one, else by the password."""
        methods = super().get_reauthentication_methods(user)
        # The key first: whoever has nothing else would be asked for a code that only paper still holds.
        by_factor = [each for each in methods if each["id"] != "reauthenticate"]
        by_factor.sort(key=lambda each: each["id"] != "mfa_reauthenticate:webauthn")
        ways = [{**each, "description": _WAYS[each["id"]]} for each in by_factor or methods]
        if proconnect.is_on() and AgentIdentity.objects.filter(person=user).exists():
            # Who has a factor here proves it here: another provider's session must not replace it.
            way = {"id": "proconnect", "description": "par ProConnect", "url": reverse("proconnect_again")}
            ways += [] if by_factor else [way]
        return ways

    def send_notification_mail(self, template_prefix: str, user: Any, *args: Any, **kwargs: Any) -> None:
        """As allauth does. A factor that changes also ends what was opened elsewhere without it."""
        security_log.note(self.request, "account changed", person=user.pk, change=template_prefix.rpartition("/")[2])
        if template_prefix.startswith("mfa/"):
            for session in UserSession.objects.filter(user=user).exclude(session_key=self.request.session.session_key):
                session.end()
        super().send_notification_mail(template_prefix, user, *args, **kwargs)

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """As allauth does; but who enters by ProConnect alone gets no password by way of a mailbox."""
        if proconnect.is_on() and not user.has_usable_password():
            self.send_mail("account/email/password_reset_proconnect", email, {})
        else:
            super().send_password_reset_mail(user, email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under the site's own name, whatever host the request claims."""
        user, _, secret = key.partition("-")
        return settings.SITE_URL + reverse("account_reset_password_from_key", args=[user, secret])

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmation) -> str:
        """Under the site's own name, whatever host the request claims."""
        return settings.SITE_URL + reverse("account_confirm_email", args=[emailconfirmation.key])

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """As allauth does; in lower case, which the person's own column demands."""
        email_address.email = User.objects.normalize_email(email_address.email)
        return bool(super().confirm_email(request, email_address))
