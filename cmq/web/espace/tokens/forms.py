"""The form by which a token is made, or revoked."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from cmq.opendata.actions import LONGEST
from cmq.opendata.models import ApiToken, Scope

MAKE, REVOKE = "make", "revoke"
DAYS = (30, 90, 180, LONGEST)


# Value, label, scope, and the campus for that scope.
Opening = tuple[str, str, Scope, Any]


class TokenForm(forms.Form):
    """What the token is for, what it opens, for how long; or which one to close."""

    name = forms.CharField(
        label="À quoi il servira",
        max_length=80,
        help_text="Exemple : tableau de bord du lycée. Vous seul le lisez.",
    )
    opening = forms.ChoiceField(label="Ce qu’il ouvre")
    days = forms.TypedChoiceField(
        label="Combien de temps", coerce=int, choices=[(days, f"{days} jours") for days in DAYS]
    )
    act = forms.ChoiceField(choices=[(MAKE, "Créer"), (REVOKE, "Révoquer")], widget=forms.HiddenInput)
    revoked = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, openings: Sequence[Opening], held: "QuerySet[ApiToken]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.openings, self.held = openings, held
        self.fields["opening"].choices = [(value, label) for value, label, *_ in openings]  # type: ignore[attr-defined]
        self.fields["act"].initial = MAKE
        if self.data.get("act") == REVOKE:
            for name in ("name", "opening", "days"):
                self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        """Everything that the act needs."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("act") == REVOKE:
            data["token"] = self.held.filter(pk=data.get("revoked") or 0).first()
            if data["token"] is None:
                raise ValidationError("Ce jeton n’est pas à vous, ou n’existe pas.")
            return data
        if data.get("act") == MAKE:
            chosen = next((each for each in self.openings if each[0] == data.get("opening")), None)
            data["opening"] = chosen[2:] if chosen else None
        return data
