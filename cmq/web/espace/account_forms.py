"""The forms of django-allauth with our own French labels."""

from typing import Any

from allauth.account import forms
from allauth.mfa.base import forms as factor_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as key_forms

EMAIL_LABEL = "Adresse électronique"
CODE_OR_RECOVERY = "Les six chiffres de votre application, ou l’un de vos codes de secours."


class LoginForm(forms.LoginForm):  # type: ignore[misc]
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = EMAIL_LABEL
        self.fields["password"].help_text = ""
        _without_placeholders(self)


class ResetPasswordForm(forms.ResetPasswordForm):  # type: ignore[misc]
    """Address."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = EMAIL_LABEL
        _without_placeholders(self)


class AddEmailForm(forms.AddEmailForm):  # type: ignore[misc]
    """The address that will replace the present one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Nouvelle adresse électronique"
        _without_placeholders(self)


class ReauthenticatePasswordForm(forms.ReauthenticateForm):  # type: ignore[misc]
    """The password, once more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class AuthenticateForm(factor_forms.AuthenticateForm):  # type: ignore[misc]
    """A code, after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_code(self, CODE_OR_RECOVERY)


class ReauthenticateForm(factor_forms.ReauthenticateForm):  # type: ignore[misc]
    """A code, before an act that asks for it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_code(self, CODE_OR_RECOVERY)


class ActivateTOTPForm(totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code that a new application shows."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_for_a_code(self, "Les six chiffres que l’application montre maintenant.")


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
    code.label, code.help_text, code.max_length = "Code", hint, 20
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
