"""The forms of django-allauth with our own French labels."""

from typing import Any

from allauth.account import forms as account_forms
from allauth.core import context
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.utils import encrypt
from allauth.mfa.webauthn import forms as key_forms
from django import forms
from django.contrib import messages

from cmq.accounts.models import User
from cmq.accounts.recovery import codes_left, is_recovery, use_code

WRONG_CODE = (
    "Ce code n’est pas le bon, ou il venait de changer. Attendez que l’application en montre un nouveau et donnez-le "
    "tout de suite. Si cela recommence, mettez l’heure du téléphone en réglage automatique."
)
WRONG_RECOVERY_CODE = "Ce code de secours n’est pas le bon, ou il a déjà servi. Prenez-en un autre de la liste."
# With spaces, and room for the eight digits of former recovery codes.
_LONGEST_OF_AN_APPLICATION = 12
EMAIL_LABEL = "Adresse électronique"
CHANGES = "Il change toutes les trente secondes : s’il va changer, attendez le suivant."
NOW = f"Les six chiffres que l’application montre maintenant. {CHANGES}"


class LoginForm(account_forms.LoginForm):  # type: ignore[misc]
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = EMAIL_LABEL
        self.fields["password"].help_text = ""
        _without_placeholders(self)


class ResetPasswordForm(account_forms.ResetPasswordForm):  # type: ignore[misc]
    """Address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = EMAIL_LABEL
        _without_placeholders(self)


class AddEmailForm(account_forms.AddEmailForm):  # type: ignore[misc]
    """The address that will replace the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Nouvelle adresse électronique"
        _without_placeholders(self)


class ReauthenticatePasswordForm(account_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password, once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class _TakesACode:
    """What a refused code is told."""

    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        try:
            return str(super().clean_code())  # type: ignore[misc]
        except forms.ValidationError as refused:
            if refused.code != "incorrect_code":
                raise
            is_long = len(self.cleaned_data["code"]) > _LONGEST_OF_AN_APPLICATION
            sentence = WRONG_RECOVERY_CODE if is_long else WRONG_CODE
            raise forms.ValidationError(sentence, code=refused.code) from None


class _TakesARecoveryCode(_TakesACode):
    """One of our recovery codes serves too. The page asks for it in a form of its own, where a refused one is shown."""

    user: User
    data: Any
    recovery = ""

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        used = use_code(self.user, typed)
        if used is not None:
            self.authenticator = used
            return ""
        if len(typed) <= _LONGEST_OF_AN_APPLICATION:
            return super().clean_code()
        self.recovery, self.data = typed, {**self.data.dict(), "code": ""}
        try:
            return super().clean_code()
        except forms.ValidationError as refused:
            self.add_error(None, refused)  # type: ignore[attr-defined]
            return ""


class AuthenticateForm(_TakesARecoveryCode, factor_forms.AuthenticateForm):  # type: ignore[misc]
    """A code, after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_code(self, NOW)

    def save(self) -> None:
        """As allauth does; whoever came by a recovery code hears how many are left, and what to do next."""
        super().save()
        if is_recovery(self.authenticator):
            left = codes_left(self.authenticator)
            said = f"Un code de secours a servi ; il vous en reste {left}. Téléphone perdu ou changé ? Remplacez "
            messages.warning(context.request, f"{said}l’application : Mon compte, Second facteur.")


class ReauthenticateForm(_TakesARecoveryCode, factor_forms.ReauthenticateForm):  # type: ignore[misc]
    """A code, before an act that asks for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_code(self, NOW)


class ActivateTOTPForm(_TakesACode, totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code that a new application shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_code(self, NOW)

    def clean_code(self) -> str:
        """As allauth does; and the code has served: log-in takes another one."""
        code = super().clean_code()
        kept = {"secret": encrypt(self.secret)}
        Authenticator(user=self.user, type=Authenticator.Type.TOTP, data=kept).wrap().validate_code(code)
        return code


class AddKeyForm(key_forms.AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey or security key, under a name of one's own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_name(self)
        without = self.fields["passwordless"]
        without.label = "Se connecter avec cette clé seule, sans mot de passe"
        without.help_text = "L’appareil vérifie alors que c’est vous, par un code ou une empreinte."


class RenameKeyForm(key_forms.EditWebAuthnForm):  # type: ignore[misc]
    """The name of a key."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_name(self)


def _ask_for_a_code(form: Any, hint: str) -> None:
    code = form.fields["code"]
    code.label, code.help_text = "Code de l’application", hint
    code.widget.attrs["inputmode"] = "numeric"
    _without_placeholders(form)


def _ask_for_a_name(form: Any) -> None:
    name = form.fields["name"]
    name.label, name.help_text, name.max_length = "Nom de la clé", "Pour la reconnaître, par exemple « Téléphone ».", 60
    name.widget.attrs["maxlength"] = 60
    name.required = True


def _without_placeholders(form: Any) -> None:
    # A placeholder vanishes as one types; the label above the field says the same and stays (RGAA 11.1).
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
