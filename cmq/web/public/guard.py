"""What stands before a form that anyone may send without an account: robots, haste, insistence."""

import time

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from cmq.web import callers

HOUR = 3600
# Nobody reads a form and fills it faster.
FASTEST = 3  # seconds
SLOWEST = 24 * HOUR
SALT = "cmq.open-form"


class OpenForm(forms.Form):
    """A form that knows when it was opened, with a field that only robots fill."""

    site = forms.CharField(label="Laissez ce champ vide", required=False, max_length=200)
    opened = forms.CharField(widget=forms.HiddenInput)

    def clean_opened(self) -> str:
        """Opened some seconds ago, and not yesterday."""
        opened = self.cleaned_data["opened"]
        try:
            age = time.time() - float(signing.loads(opened, salt=SALT, max_age=SLOWEST))
        except signing.BadSignature as error:
            raise ValidationError("Ce formulaire est ouvert depuis trop longtemps. Envoyez-le de nouveau.") from error
        if age < FASTEST:
            raise ValidationError("Le formulaire est parti trop vite. Attendez quelques secondes, puis envoyez-le.")
        return str(opened)

    @property
    def is_trapped(self) -> bool:
        """Whether a robot filled what people do not see."""
        return bool(self.cleaned_data["site"])

    def open_again(self, request: HttpRequest) -> None:
        """Keep all that was typed, with a new hour of opening."""
        data = request.POST.copy()
        data["opened"] = stamp()
        self.data = data


def stamp() -> str:
    """The hour of opening, signed."""
    return signing.dumps(time.time() // 1, salt=SALT)


def is_over_limit(request: HttpRequest, what: str, *, per_hour: int) -> bool:
    """Count this sending. The address is kept as a digest, for a day at most."""
    return callers.hit(request, what, limit=per_hour, seconds=HOUR).is_over
