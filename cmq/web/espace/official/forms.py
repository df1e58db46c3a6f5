"""What a keeper writes beside official data."""

from django import forms

from cmq.careers.actions import LONGEST_NOTE


class JobNoteForm(forms.Form):
    """Our own text on a job."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    text = forms.CharField(
        label="Texte",
        required=False,
        max_length=LONGEST_NOTE,
        help_text="Montré à part du texte officiel, sous « Le mot de la rédaction ». Vide, il est retiré.",
        widget=forms.Textarea(attrs={"rows": 10}),
    )
