"""What a keeper announces to readers."""

from django import forms
from django.utils import timezone

from cmq.service.models import Closing

_FORMATS = ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"]


def _moment(label: str, *, required: bool, help_text: str = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_FORMATS[0])
    return forms.DateTimeField(
        label=label, required=required, help_text=help_text, widget=widget, input_formats=_FORMATS
    )


class NoticeForm(forms.Form):
    """A maintenance or an incident."""

    title = forms.CharField(label="Ce qui se passe", max_length=120, help_text="Par exemple : Maintenance de la base.")
    text = forms.CharField(
        label="Ce que cela change pour les lecteurs",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    closing = forms.ChoiceField(label="Pendant ce temps", choices=Closing.choices, widget=forms.RadioSelect)
    starts_at = _moment("Début", required=False, help_text="Maintenant, si vous ne dites rien.")
    ends_at = _moment("Fin", required=False, help_text="Même estimée ; obligatoire si le site ferme.")

    def clean_starts_at(self) -> object:
        """Now, unless said."""
        return self.cleaned_data["starts_at"] or timezone.now()
