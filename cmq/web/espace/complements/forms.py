"""The forms of complementarities, needs and offers. Rules live in the actions."""

from typing import Any

from django import forms

from cmq.complements.actions import NoticeTerms
from cmq.complements.models import NoticeKind, Topic
from cmq.reference.audiences import Audience
from cmq.web.espace.files.forms import day_field

UNSAID = ("", "– Choisir –")


class DismissForm(forms.Form):
    """Why a suggestion is set aside."""

    reason = forms.CharField(
        label="Pourquoi l’écarter ?", max_length=300, help_text="Pour vous : l’autre campus ne le voit pas."
    )


class NoticeForm(forms.Form):
    """A need or an offer."""

    kind = forms.ChoiceField(label="C’est", choices=NoticeKind.choices, widget=forms.RadioSelect)
    topic = forms.ChoiceField(label="Sujet", choices=[UNSAID, *Topic.choices])
    title = forms.CharField(label="Titre", max_length=150)
    text = forms.CharField(
        label="Ce que vous cherchez ou proposez", max_length=3000, widget=forms.Textarea(attrs={"rows": 5})
    )
    audience = forms.ChoiceField(label="Public", required=False, choices=[("", "Tous"), *Audience.choices])
    rncp = forms.CharField(label="Code RNCP", required=False, max_length=20, help_text="Par exemple RNCP35506.")
    rome = forms.CharField(label="Code ROME", required=False, max_length=10, help_text="Par exemple K1302.")
    until = day_field("Valable jusqu’au")

    def terms(self) -> NoticeTerms:
        """What the valid form says."""
        data: dict[str, Any] = dict(self.cleaned_data)
        data["kind"], data["topic"] = NoticeKind(data["kind"]), Topic(data["topic"])
        data["audience"] = Audience(data["audience"]) if data["audience"] else None
        return NoticeTerms(**data)


class BoardFilterForm(forms.Form):
    """What narrows the board."""

    nature = forms.ChoiceField(label="Nature", required=False, choices=[("", "Toutes"), *NoticeKind.choices])
    sujet = forms.ChoiceField(label="Sujet", required=False, choices=[("", "Tous"), *Topic.choices])
    public = forms.ChoiceField(label="Public", required=False, choices=[("", "Tous"), *Audience.choices])
    q = forms.CharField(label="Mots", required=False, max_length=100)


class AnswerForm(forms.Form):
    """An answer to another campus."""

    text = forms.CharField(label="Votre réponse", max_length=3000, widget=forms.Textarea(attrs={"rows": 5}))


class CloseForm(forms.Form):
    """What came of a notice."""

    outcome = forms.CharField(label="Qu’en est-il advenu ?", max_length=300)
