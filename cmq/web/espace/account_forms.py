"""The forms of django-allauth with our own French labels."""

from typing import Any

from allauth.account import forms

EMAIL_LABEL = "Adresse électronique"


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


def _without_placeholders(form: Any) -> None:
    # A placeholder vanishes as one types; the label above the field says the same and stays (RGAA 11.1).
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
