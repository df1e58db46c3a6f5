"""What is said of an employer, and of a report."""

from django import forms

KNOWN, REFUSED = "reconnaitre", "refuser"


class JudgeForm(forms.Form):
    """Whether an employer is known."""

    verdict = forms.ChoiceField(
        label="Cet employeur",
        choices=[(KNOWN, "est connu : montrer ses offres"), (REFUSED, "n’est pas accepté : fermer ses offres")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label="Motif du refus",
        required=False,
        max_length=300,
        help_text="L’employeur le lira.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class ReportAnswerForm(forms.Form):
    """What became of a report."""

    withdraw = forms.ChoiceField(
        label="L’offre",
        choices=[("non", "reste en ligne"), ("oui", "est retirée")],
        widget=forms.RadioSelect,
    )
    outcome = forms.CharField(
        label="Suite donnée",
        max_length=250,
        help_text="Gardée avec le signalement ; envoyée à l’employeur si son offre est retirée.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
