"""The forms of the network. Rules live in the actions."""

from collections.abc import Iterable
from typing import Any

from django import forms

from cmq.campuses.models import Campus, PartnerRole
from cmq.network.actions import Terms
from cmq.network.models import Convention, RequestState
from cmq.organisations.models import Family, Organisation
from cmq.web.espace.files.forms import day_field

_ACTS = {
    RequestState.AGREED: "Accepter : l’organisation devient membre aujourd’hui",
    RequestState.DECLINED: "Décliner",
    RequestState.WITHDRAWN: "Retirer cette demande",
}


class InviteForm(forms.Form):
    """As what an organisation joins a campus."""

    role = forms.ChoiceField(label="Rôle", choices=[("", "– Choisir –"), *PartnerRole.choices])
    family = forms.ChoiceField(label="Famille", required=False, choices=[("", "Celle de sa nature"), *Family.choices])
    message = forms.CharField(
        label="Message", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AskForm(InviteForm):
    """Which campus an organisation asks to join."""

    campus = forms.ModelChoiceField(label="Campus", queryset=Campus.objects.none(), empty_label="– Choisir –")
    field_order = ("campus", "role", "family", "message")

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campuses = Campus.objects.filter(is_demo=organisation.is_demo)
        self.fields["campus"].queryset = campuses  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What becomes of a request, with a word to the other side."""

    act = forms.ChoiceField(label="Que faites-vous ?", widget=forms.RadioSelect)
    answer = forms.CharField(
        label="Un mot à l’autre partie", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, moves: Iterable[RequestState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        allowed = set(moves)
        self.fields["act"].choices = [(to.value, label) for to, label in _ACTS.items() if to in allowed]  # type: ignore[attr-defined]


class ConventionForm(forms.Form):
    """A signed convention."""

    starts_on = day_field("Début")
    ends_on = day_field("Fin", required=False)
    document = forms.FileField(
        label="Document signé", help_text="Un PDF, que seuls lisent le campus et l’organisation."
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, convention: Convention | None = None, **kwargs: Any) -> None:
        if convention:
            kwargs["initial"] = {name: getattr(convention, name) for name in ("starts_on", "ends_on", "version")}
        super().__init__(*args, **kwargs)
        if convention:
            self.fields["version"].required = True
            self.fields["document"].required = False
            self.fields["document"].help_text = f"Déjà joint : {convention.document_name}. Un autre PDF le remplace."


class ConfirmForm(forms.Form):
    """A yes, to the convention as the person saw it."""

    sure = forms.BooleanField(label="Oui, retirer cette convention")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"version": convention.version}, **kwargs})


def terms_in(data: dict[str, Any]) -> Terms:
    """What a valid `InviteForm` says."""
    return Terms(
        role=PartnerRole(data["role"]),
        family=Family(data["family"]) if data["family"] else None,
        message=data["message"],
    )
