"""The forms of evidence. Rules live in the actions."""

from typing import Any

from django import forms

from cmq.campuses.models import Campus
from cmq.core.forms import NumberField, RowsField
from cmq.evidence.actions import Statement
from cmq.evidence.models import AnnualReport, Indicator, IndicatorValue
from cmq.web.espace.funding.forms import others


class ValueForm(forms.Form):
    """What a campus says of an indicator for a year."""

    number = NumberField(label="Valeur", required=False)
    note = forms.CharField(
        label="Précision",
        required=False,
        max_length=500,
        help_text="Comment le chiffre est compté. Laissez la valeur vide si elle est inconnue, et dites ici pourquoi.",
    )
    proof_url = forms.URLField(
        label="Adresse de la preuve",
        required=False,
        max_length=600,
        assume_scheme="https",
        help_text="Rapport, enquête ou page publique : une adresse qui commence par https://.",
    )
    proof = forms.FileField(label="Document de preuve", required=False, help_text="Il reste interne au campus.")

    def __init__(self, *args: Any, indicator: Indicator, value: IndicatorValue | None = None, **kwargs: Any) -> None:
        said = ("number", "note", "proof_url")
        initial = {name: getattr(value, name) for name in said} if value else {}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.fields["number"].label = f"Valeur, en {indicator.unit}"
        if value and value.proof_name:
            self.fields["proof"].help_text = f"Déjà joint : {value.proof_name}. Un nouveau le remplace."


class StateForm(ValueForm):
    """A first value, perhaps joint."""

    shared_with = RowsField(
        label="Valeur commune avec",
        queryset=Campus.objects.none(),
        required=False,
        help_text="Seulement si ce même chiffre est aussi celui d’un autre campus : il devra le confirmer, et la "
        "valeur comptera une fois pour tous. Ne choisissez rien pour une valeur qui n’est qu’à vous.",
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )

    def __init__(self, *args: Any, campus: Campus, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shared_with"].queryset = others(campus)  # type: ignore[attr-defined]


class CorrectForm(ValueForm):
    """Another value in the place of one that was wrong."""

    reason = forms.CharField(label="Motif de la correction", max_length=300)


def statement_in(data: dict[str, Any]) -> Statement:
    """What a valid `ValueForm` says."""
    proof = data["proof"]
    sent = {"proof": proof, "proof_name": str(proof.name), "proof_size": proof.size} if proof else {}
    return Statement(data["number"], data["note"], data["proof_url"], **sent)


class ReportForm(forms.Form):
    """What the director adds to the report of a year."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    introduction = forms.CharField(
        label="Introduction",
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Une ligne vide sépare deux paragraphes. Elle est demandée pour publier.",
    )
    conclusion = forms.CharField(
        label="Conclusion", required=False, max_length=5000, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, annual: AnnualReport | None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"version": 0}
        if annual:
            initial = {name: getattr(annual, name) for name in ("version", "introduction", "conclusion")}
        super().__init__(*args, **{**kwargs, "initial": initial})


class PublishForm(forms.Form):
    """The report as the director saw it."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class ReopenForm(forms.Form):
    """Why a published report is taken back."""

    reason = forms.CharField(label="Motif", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
