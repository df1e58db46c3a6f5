"""The forms of projects. Rules live in the actions."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms

from cmq.campuses.models import Campus
from cmq.core.forms import NumberField
from cmq.core.partial_dates import PartialDateFormField
from cmq.organisations.models import Organisation
from cmq.projects.actions import ProjectTerms, SentPicture
from cmq.projects.models import Project, ProjectState
from cmq.projects.rules import MOST_RESULTS, ResultRow
from cmq.reference.audiences import Audience
from cmq.reference.models import Filiere, Region

_SAID = ("version", "title", "objective", "audience_note", "starts_on", "ends_on", "budget", "reusable", "is_public")


class ProjectForm(forms.Form):
    """What a project says of itself."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)
    title = forms.CharField(label="Titre", max_length=200)
    objective = forms.CharField(
        label="Objectif", max_length=5000, widget=forms.Textarea(attrs={"rows": 5}), help_text="Ce qu’il change, où."
    )
    audiences = forms.MultipleChoiceField(
        label="Public", choices=Audience.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    audience_note = forms.CharField(
        label="Précision sur le public",
        max_length=300,
        required=False,
        help_text="Par exemple : auxiliaires de vie en poste.",
    )
    partners = forms.MultipleChoiceField(
        label="Partenaires",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Les membres des campus qui portent le projet.",
    )
    starts_on = PartialDateFormField(label="Début", required=False)
    ends_on = PartialDateFormField(label="Fin", required=False)
    budget = NumberField(label="Budget, en euros", required=False, help_text="Interne. Vide s’il n’est pas connu.")
    reusable = forms.CharField(
        label="Ce que d’autres peuvent réutiliser",
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Supports, méthode, contacts, ce qu’il ne faut pas refaire.",
    )
    is_public = forms.BooleanField(
        label="Montrer ce projet à tous",
        required=False,
        help_text="Sur la page publique du campus et dans la liste des projets. Le budget reste interne.",
    )

    def __init__(
        self, *args: Any, partners: Iterable[Organisation], project: Project | None = None, **kwargs: Any
    ) -> None:
        if project:
            kwargs["initial"] = {name: getattr(project, name) for name in _SAID} | {
                "audiences": [each.audience for each in project.audiences.all()],
                "partners": [str(each.organisation_id) for each in project.partners.all()],
            }
        super().__init__(*args, **kwargs)
        self.known = {str(each.pk): each for each in partners}
        if project:
            self.known |= {str(each.organisation_id): each.organisation for each in project.partners.all()}
        choices = [(key, str(each)) for key, each in self.known.items()]
        self.fields["partners"].choices = choices  # type: ignore[attr-defined]
        if not choices:
            del self.fields["partners"]

    def terms(self) -> ProjectTerms:
        """What the valid form says."""
        data = self.cleaned_data
        kept = {name: data[name] for name in _SAID if name != "version"}
        return ProjectTerms(audiences=tuple(Audience(each) for each in data["audiences"]), **kept)

    def chosen(self) -> list[Organisation]:
        """The partners that the valid form names."""
        return [self.known[key] for key in self.cleaned_data.get("partners", [])]


class MoveForm(forms.Form):
    """Where a project goes."""

    to = forms.ChoiceField(label="Le projet devient", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Motif", required=False, max_length=200, help_text="Obligatoire pour un projet abandonné."
    )

    def __init__(self, *args: Any, states: Iterable[ProjectState], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [(state.value, state.label) for state in states]  # type: ignore[attr-defined]


class ResultsForm(forms.Form):
    """The results of a project, a row an indicator; `cleaned_data["given"]` gives them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)

    columns = (("indicator", "Indicateur"), ("unit", "Unité"), ("target", "Visé"), ("reached", "Atteint"))

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        known = list(project.results.all())
        initial: dict[str, Any] = {"version": project.version, "rows": len(known) + 3}
        for number, result in enumerate(known):
            initial |= {f"{name}_{number}": getattr(result, name) for name, _ in self.columns}
        super().__init__(*args, **{**kwargs, "initial": initial})
        sent = str(self.data.get("rows", "")) if self.is_bound else ""
        self.count = min(int(sent), MOST_RESULTS + 1) if sent.isdecimal() and len(sent) < 4 else len(known) + 3
        for number in range(self.count):
            for name, label in self.columns:
                self.fields[f"{name}_{number}"] = _cell(name, f"{label}, ligne {number + 1}")

    def table(self) -> Iterator[list[forms.BoundField]]:
        """The rows as they are drawn."""
        for number in range(self.count):
            yield [self[f"{name}_{number}"] for name, _ in self.columns]

    def clean(self) -> dict[str, Any]:
        """Rows left empty are none."""
        data = super().clean() or self.cleaned_data
        rows = [[data.get(f"{name}_{number}") for name, _ in self.columns] for number in range(self.count)]
        data["given"] = [
            ResultRow(row[0] or "", row[1] or "", row[2], row[3])
            for row in rows
            if any(value not in (None, "") for value in row)
        ]
        return data


def _cell(name: str, label: str) -> forms.Field:
    attrs = {"class": "fr-input", "aria-label": label, "autocomplete": "off"}
    if name in ("target", "reached"):
        return NumberField(label=label, required=False, widget=forms.TextInput(attrs={**attrs, "inputmode": "decimal"}))
    longest = 150 if name == "indicator" else 40
    return forms.CharField(label=label, required=False, max_length=longest, widget=forms.TextInput(attrs=attrs))


class PictureForm(forms.Form):
    """A picture with its credit and its words."""

    file = forms.FileField(label="Image", help_text="PNG ou JPEG. Lieu, date et appareil en sont retirés.")
    alternative = forms.CharField(
        label="Ce que l’image montre", max_length=300, help_text="Pour les personnes qui ne la voient pas."
    )
    credit = forms.CharField(label="Crédit", max_length=150, help_text="De qui est l’image.")

    def sent(self) -> SentPicture:
        """The picture for the action."""
        data = self.cleaned_data
        file = data["file"]
        return SentPicture(str(file.name), file, file.size or 0, data["credit"], data["alternative"])


class OwnerForm(forms.Form):
    """Another campus to own a project with."""

    campus = forms.ModelChoiceField(label="Autre campus", queryset=Campus.objects.none(), empty_label="– Choisir –")

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Campus.objects.filter(is_demo=project.campus.is_demo).exclude(project_owners__project=project)
        self.fields["campus"].queryset = others.order_by("name", "pk")  # type: ignore[attr-defined]


class PracticeFilterForm(forms.Form):
    """What narrows the library of practices."""

    q = forms.CharField(label="Mots", required=False, max_length=100)
    public = forms.ChoiceField(label="Public", required=False)
    filiere = forms.ChoiceField(label="Filière", required=False)
    region = forms.ChoiceField(label="Région", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("public", Audience.choices),
            ("filiere", list(Filiere.objects.order_by("position").values_list("slug", "name"))),
            ("region", list(Region.objects.order_by("name").values_list("slug", "name"))),
        ):
            self.fields[name].choices = [("", "Tous"), *choices]  # type: ignore[attr-defined]
