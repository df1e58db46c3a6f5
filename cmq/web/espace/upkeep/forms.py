"""What the upkeep of a campus asks."""

from collections.abc import Iterable
from typing import Any

from django import forms

from cmq.campuses.models import CampusMembership, CampusRole
from cmq.web.espace.files.forms import UNSAID, day_field

KEEP, END = "garder", "terminer"
ANSWERS = [UNSAID, (KEEP, "Confirmer"), (END, "Terminer")]


class AccessForm(forms.Form):
    """One answer for each role; none is given beforehand, for a review that ticks itself is none."""

    def __init__(self, *args: Any, roles: Iterable[CampusMembership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for role in roles:
            who = role.person or f"{role.invited_email}, invitation en attente"
            label = f"{who} – {role.get_role_display().lower()}"
            self.fields[f"role-{role.pk}"] = forms.ChoiceField(label=label, choices=ANSWERS)

    def keys(self, answer: str) -> list[int]:
        """The roles that were given this answer."""
        return [int(name.removeprefix("role-")) for name, given in self.cleaned_data.items() if given == answer]


class HandOverForm(forms.Form):
    """Who leaves, who follows, when."""

    leaving = forms.ModelChoiceField(
        label="Directeur qui part", queryset=CampusMembership.objects.none(), empty_label="– Choisir –"
    )
    email = forms.EmailField(label="Adresse électronique du successeur", max_length=254)
    leaves_on = day_field("Jour du départ")

    def __init__(self, *args: Any, roles: Iterable[CampusMembership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        directors = [role.pk for role in roles if role.role == CampusRole.DIRECTOR and role.person_id]
        leaving: Any = self.fields["leaving"]
        leaving.queryset = CampusMembership.objects.filter(pk__in=directors).select_related("person", "campus")
        leaving.label_from_instance = lambda role: str(role.person)
        leaving.initial = directors[0] if len(directors) == 1 else None
