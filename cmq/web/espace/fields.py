"""What the forms of the workspace share: the origin of a statement, and a commune in words."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils import timezone

from cmq.core import provenance
from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate, PartialDateFormField
from cmq.core.provenance import Origin
from cmq.reference.models import Commune
from cmq.reference.queries import place_text

CAMPUS_SAYS = "Déclaration du campus"
KEEPER_SAYS = "Constat d’un gardien du registre"
MOST_CHOICES = 12


class OriginForm(forms.Form):
    """Where a statement comes from. `default_source` is what the page proposes."""

    source_title = forms.CharField(label="Source", help_text="Titre du document ou de la page, ou qui le déclare.")
    source_url = forms.URLField(
        label="Adresse de la source",
        required=False,
        max_length=600,
        assume_scheme="https",
        help_text="L’adresse complète, qui commence par https://.",
    )
    observed_on = PartialDateFormField(label="Constaté le", required=False)
    reliability = forms.ChoiceField(label="Fiabilité", choices=Reliability.choices, required=False)

    origin_names = ("source_title", "source_url", "observed_on", "reliability")

    def __init__(self, *args: Any, default_source: str = CAMPUS_SAYS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source_title"].initial = default_source
        self.fields["observed_on"].initial = PartialDate.of(timezone.localdate())
        self.fields["reliability"].initial = Reliability.HIGH
        self.order_fields([name for name in self.fields if name not in self.origin_names])

    @property
    def own_fields(self) -> list[forms.BoundField]:
        """The visible fields that say what, without those that say from where."""
        return [bound for bound in self.visible_fields() if bound.name not in self.origin_names]

    @property
    def origin_fields(self) -> list[forms.BoundField]:
        """The fields that say from where."""
        return [self[name] for name in self.origin_names]


def origin_in(data: dict[str, Any], *, on: dt.date | None = None) -> Origin:
    """The origin that a valid `OriginForm` gives. Raises `Refusal`."""
    return provenance.declared(
        title=data["source_title"],
        url=data["source_url"],
        observed_on=data["observed_on"],
        reliability=Reliability(data["reliability"]),
        on=on or timezone.localdate(),
    )


class CommuneForm(forms.Form):
    """A commune typed as « 59110 La Madeleine » or « Berck ». When several answer, the form asks which one.

    Without JavaScript the choice comes on the second turn; `cleaned_data["commune"]` is a Commune or None.
    """

    commune = forms.CharField(
        label="Commune",
        max_length=120,
        help_text="Nom, code postal ou les deux : « 59110 La Madeleine ».",
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-completion": reverse_lazy("commune_completion")}),
    )
    commune_code = forms.CharField(label="Plusieurs communes répondent : laquelle ?", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = self._found()
        choices = [(commune.pk, str(commune)) for commune in found] if _the_one(self._typed(), found) is None else []
        self.fields["commune_code"].widget = forms.RadioSelect(choices=choices) if choices else forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """The commune in the place of its text; raises the question when several answer."""
        data = super().clean() or self.cleaned_data
        if "commune" in self.errors:
            return data
        typed, found = self._typed(), self._found()
        chosen = next((commune for commune in found if commune.pk == data.get("commune_code")), None)
        commune = chosen or _the_one(typed, found)
        if typed and not found:
            self.add_error("commune", "Aucune commune ne porte ce nom ou ce code postal.")
        elif typed and commune is None:
            self.add_error("commune", ValidationError("Plusieurs communes répondent : choisissez ci-dessous."))
        data["commune"] = commune
        return data

    def _typed(self) -> str:
        return str(self.data.get(self.add_prefix("commune"), "")).strip()[:120] if self.is_bound else ""

    def _found(self) -> list[Commune]:
        if not hasattr(self, "_communes"):
            typed = self._typed()
            self._communes = list(Commune.objects.matching(typed, limit=MOST_CHOICES)) if typed else []
        return self._communes


def _the_one(typed: str, found: list[Commune]) -> Commune | None:
    """The only answer, or the only one of that very name; None when there is a choice to make, or nothing."""
    if len(found) == 1:
        return found[0]
    names = place_text(typed).names
    exact = [commune for commune in found if commune.folded_name in names]
    return exact[0] if len(exact) == 1 else None
