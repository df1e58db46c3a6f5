"""The forms of the newsroom. Rules live in the actions."""

from typing import Any

from django import forms
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.forms import RowsField
from cmq.editorial import related
from cmq.editorial.actions.illustrating import SentIllustration
from cmq.editorial.actions.publishing import Sheet
from cmq.editorial.actions.rubrics import OF_CAMPUSES
from cmq.editorial.actions.writing import Draft
from cmq.editorial.models import Article, ArticleVersion, Illustration, Rubric
from cmq.reference.models import Filiere, Region

MOST_PICTURES = 60


class DraftForm(forms.Form):
    """The words of an article, written from a version on."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label="Titre", max_length=150)
    standfirst = forms.CharField(
        label="Chapô",
        required=False,
        max_length=500,
        help_text="Deux phrases qui disent l’essentiel.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    body = forms.CharField(
        label="Texte",
        required=False,
        widget=forms.Textarea(attrs={"rows": 22, "spellcheck": "true"}),
        help_text="## intertitre, ### sous-titre, **gras**, *italique*, - liste, > citation, [mots du lien](https://…).",
    )
    byline = forms.CharField(label="Signature", required=False, max_length=120, help_text="Qui écrit.")
    picture = forms.ModelChoiceField(
        label="Image en tête", queryset=Illustration.objects.none(), required=False, empty_label="– Aucune –"
    )

    def __init__(self, *args: Any, campus: Campus | None, version: ArticleVersion | None = None, **kwargs: Any) -> None:
        if version is not None:
            names = ("title", "standfirst", "body", "byline", "picture")
            kwargs["initial"] = {name: getattr(version, name) for name in names} | {"version": version.number}
        super().__init__(*args, **kwargs)
        self.fields["picture"].queryset = Illustration.objects.usable_by(campus)  # type: ignore[attr-defined]

    def draft(self) -> Draft:
        """What was typed, for the action."""
        data = self.cleaned_data
        return Draft(data["title"], data["standfirst"], data["body"], data["byline"], data["picture"])


class BeginForm(forms.Form):
    """What an article begins with."""

    title = forms.CharField(label="Titre", max_length=150)
    rubric = forms.ModelChoiceField(label="Rubrique", queryset=Rubric.objects.all(), empty_label=None)

    def __init__(self, *args: Any, campus: Campus | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if campus is not None:
            self.fields["rubric"].initial = Rubric.objects.filter(slug=OF_CAMPUSES).first()


class SheetForm(forms.Form):
    """Where an article is filed."""

    rubric = forms.ModelChoiceField(label="Rubrique", queryset=Rubric.objects.all(), empty_label=None)
    filiere = forms.ModelChoiceField(
        label="Filière", queryset=Filiere.objects.order_by("position"), required=False, empty_label="– Aucune –"
    )
    region = forms.ModelChoiceField(
        label="Région", queryset=Region.objects.order_by("name"), required=False, empty_label="– Aucune –"
    )
    tags = forms.CharField(
        label="Mots-clés", required=False, max_length=400, help_text="Séparés par des virgules, huit au plus."
    )
    related = RowsField(
        label="Voir aussi",
        queryset=Article.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Proposés d’après les sujets communs ; six au plus.",
    )

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        chosen = list(article.related.values_list("pk", flat=True))
        initial = {
            "rubric": article.rubric_id,
            "filiere": article.filiere_id,
            "region": article.region_id,
            "tags": ", ".join(tag.name for tag in article.tags.all()),
            "related": chosen,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        near = [each.pk for each in related.proposals(article, at=timezone.now())]
        self.fields["related"].queryset = Article.objects.filter(pk__in={*chosen, *near})  # type: ignore[attr-defined]

    def sheet(self) -> Sheet:
        """What was chosen, for the action."""
        data = self.cleaned_data
        return Sheet(
            rubric=data["rubric"],
            filiere=data["filiere"],
            region=data["region"],
            tags=data["tags"].split(","),
            related=[each.pk for each in data["related"]],
        )


class AddressForm(forms.Form):
    """Another address for an article."""

    slug = forms.CharField(
        label="Adresse", max_length=120, help_text="Ce qui suit /articles/ ; l’ancienne adresse mènera à la nouvelle."
    )


def _moment(label: str, help_text: str) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"]
    return forms.DateTimeField(label=label, required=False, help_text=help_text, widget=widget, input_formats=formats)


class PublishForm(forms.Form):
    """When an article is shown."""

    at = _moment("Publier le", "Heure de Paris ; vide pour maintenant.")
    until = _moment("Retirer le", "Vide pour le laisser en ligne.")


class ReasonForm(forms.Form):
    """An act that says why."""

    reason = forms.CharField(label="Raison", max_length=300, help_text="Les lecteurs la liront.")


class RemarkForm(forms.Form):
    """A remark on an article."""

    text = forms.CharField(label="Votre remarque", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class DescriptionForm(forms.Form):
    """What is said of a picture."""

    alternative = forms.CharField(
        label="Ce que l’image montre", max_length=300, help_text="Pour les personnes qui ne la voient pas."
    )
    caption = forms.CharField(label="Légende", max_length=300, required=False, help_text="Ce qu’elle n’explique pas.")
    credit = forms.CharField(label="Crédit", max_length=150, help_text="De qui est l’image.")


class PictureForm(DescriptionForm):
    """A picture with what is said of it."""

    file = forms.FileField(label="Image", help_text="PNG ou JPEG. Lieu, date et appareil en sont retirés.")
    field_order = ("file", "alternative", "caption", "credit")

    def sent(self) -> SentIllustration:
        """The picture for the action."""
        data = self.cleaned_data
        file = data["file"]
        said = {name: data[name] for name in ("alternative", "credit", "caption")}
        return SentIllustration(str(file.name), file, file.size or 0, **said)


class RubricForm(forms.Form):
    """A rubric."""

    name = forms.CharField(label="Nom", max_length=60)
    description = forms.CharField(label="Ce qu’on y lit", max_length=300, required=False)
    position = forms.IntegerField(label="Rang", min_value=0, max_value=999, initial=0)


class PageForm(forms.Form):
    """A standing text, written from a version on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label="Texte", widget=forms.Textarea(attrs={"rows": 22}))
