"""The forms of the letter's issues. Rules live in the actions."""

from typing import Any

from django import forms

from cmq.newsletter.models import Issue, Rhythm


class IssueForm(forms.Form):
    """What an issue says before its blocks."""

    title = forms.CharField(label="Titre", max_length=150, help_text="C’est l’objet de la lettre.")
    intro = forms.CharField(
        label="Introduction",
        max_length=2000,
        required=False,
        help_text="Quelques phrases, avant les blocs. Une ligne vide commence un paragraphe.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    rhythm = forms.ChoiceField(
        label="Pour qui reçoit la lettre", choices=Rhythm.choices, initial=Rhythm.WEEKLY, widget=forms.RadioSelect
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    @staticmethod
    def initial_of(issue: Issue) -> dict[str, Any]:
        """What the form shows of an issue."""
        return {name: getattr(issue, name) for name in ("title", "intro", "rhythm", "version")}


class BlockForm(forms.Form):
    """What a block says."""

    title = forms.CharField(label="Titre", max_length=200)
    text = forms.CharField(label="Texte", max_length=1500, required=False, widget=forms.Textarea(attrs={"rows": 5}))


class _KeysField(forms.MultipleChoiceField):
    """Keys of things; the action tells whether they are public."""

    def valid_value(self, value: str) -> bool:
        """Any key has the form of one."""
        return len(value) <= 60


class ChooseForm(forms.Form):
    """Things to put into an issue."""

    keys = _KeysField(label="Choses à ajouter", error_messages={"required": "Cochez au moins une chose à ajouter."})


class AgreeForm(forms.Form):
    """When an issue leaves, once a second person has read it."""

    scheduled_for = forms.DateTimeField(
        label="Envoyer à partir du",
        required=False,
        help_text="Heure de Paris. Sans date : dès le prochain passage de l’envoi.",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class RemarkForm(forms.Form):
    """Why an issue is given back."""

    remark = forms.CharField(
        label="Ce qui est à changer",
        max_length=500,
        required=False,
        help_text="La personne qui a composé le numéro le lira.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
