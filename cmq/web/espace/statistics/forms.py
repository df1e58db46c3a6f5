"""What a keeper says of jobs and filières."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from cmq.reference.models import Filiere
from cmq.statistics.models import CodeList

OUTSIDE = "hors"


class FiliereJobsForm(forms.Form):
    """The filières of the jobs whose code begins so."""

    code_list = forms.ChoiceField(label="Nomenclature", choices=CodeList.choices)
    beginning = forms.CharField(
        label="Début de code",
        max_length=6,
        help_text="Par exemple V0X60 pour les aides-soignants dans la FAP, J15 pour tous les métiers J15 du ROME.",
    )
    filieres = forms.MultipleChoiceField(
        label="Filières de ces métiers",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Rien de coché : ce début de code est oublié, un début plus court décide.",
    )
    reason = forms.CharField(label="Motif", max_length=300, help_text="Publié avec le rapprochement.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = Filiere.objects.order_by("position").values_list("slug", "name")
        field = self.fields["filieres"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [*named, (OUTSIDE, "Hors des douze filières")]

    def clean(self) -> dict[str, Any]:
        """What the action takes."""
        said = super().clean() or {}
        chosen = said.get("filieres", [])
        if OUTSIDE in chosen and len(chosen) > 1:
            raise ValidationError("Des métiers sont hors des filières, ou de certaines : pas les deux.")
        said["is_outside"] = OUTSIDE in chosen
        said["filieres"] = list(Filiere.objects.filter(slug__in=chosen))
        said["prefix"] = said.pop("beginning", "")
        if "code_list" in said:
            said["code_list"] = CodeList(said["code_list"])
        return said
