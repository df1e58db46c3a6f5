"""The forms of the expertise. Rules live in the actions."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import LabelApplication
from cmq.campaigns.models import Criterion, ExcellenceRequirement, GridLevel, Side
from cmq.campuses.models import Campus
from cmq.core.forms import RowsField
from cmq.core.text import fold
from cmq.expertise.actions.experts import Profile
from cmq.expertise.models import Advice, Assignment, Expert
from cmq.expertise.rules import asks_excellence
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Filiere, Region
from cmq.web.espace import finding
from cmq.web.espace.files.forms import UNSAID, StepForm, day_field

ABSTAINS = "abstention"


def nameable(*, is_demo: bool) -> QuerySet[User]:
    """The people who hold the role of expert and are not on the list yet."""
    roles = OrganisationMembership.objects.active(timezone.localdate()).filter(role=OrganisationRole.EXPERT)
    people = User.objects.filter(pk__in=roles.values("person"), expert=None, is_demo=is_demo)
    return people.order_by("name", "pk")


class ProfileForm(forms.Form):
    """What is known of an expert."""

    side = forms.ChoiceField(label="Côté", choices=[UNSAID, *Side.choices])
    employer = forms.CharField(
        label="Employeur",
        required=False,
        max_length=250,
        help_text="Nom, SIRET ou UAI d’une organisation du registre : les conflits d’intérêts s’en déduisent.",
    )
    region = forms.ModelChoiceField(
        label="Région d’exercice", queryset=Region.objects.order_by("name"), required=False, empty_label="– Aucune –"
    )
    filieres = RowsField(
        label="Filières connues",
        queryset=Filiere.objects.order_by("position"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    most_files = forms.IntegerField(label="Dossiers au plus", initial=5, min_value=1, max_value=50)
    is_available = forms.BooleanField(label="Disponible", required=False, initial=True)

    def __init__(self, *args: Any, is_demo: bool, expert: Expert | None = None, **kwargs: Any) -> None:
        if expert is not None:
            names = ("side", "region", "most_files", "is_available")
            initial = {name: getattr(expert, name) for name in names}
            initial |= {"employer": str(expert.employer or ""), "filieres": expert.filieres.all()}
            kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self._is_demo, self._expert = is_demo, expert

    def clean_employer(self) -> Organisation | None:
        """The organisation that the text names; ValidationError when none or several do."""
        text = self.cleaned_data["employer"].strip()
        known = self._expert.employer if self._expert else None
        if not text or (known and text == str(known)):
            return known if text else None
        found = finding.organisations(text, is_demo=self._is_demo).organisations
        exact = [each for each in found if fold(each.name) == fold(text)]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise ValidationError("Aucune organisation du registre ne répond à ce nom.")
        raise ValidationError(f"Plusieurs organisations répondent : {', '.join(str(each) for each in found[:5])}.")

    def profile(self) -> Profile:
        """The argument of the actions."""
        data = self.cleaned_data
        return Profile(
            side=Side(data["side"]),
            employer=data["employer"],
            region=data["region"],
            filieres=tuple(data["filieres"]),
            most_files=data["most_files"],
            is_available=data["is_available"],
        )


class NewExpertForm(ProfileForm):
    """Somebody who holds the role and is not on the list yet."""

    person = forms.ModelChoiceField(label="Personne", queryset=User.objects.none(), empty_label="– Choisir –")
    field_order = ("person",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = nameable(is_demo=self._is_demo)  # type: ignore[attr-defined]


class InviteForm(forms.Form):
    """An address, and the role that it is invited to."""

    email = forms.EmailField(label="Adresse électronique", max_length=254)
    role = forms.ChoiceField(
        label="Rôle",
        choices=[
            UNSAID,
            *((role.value, role.label) for role in (OrganisationRole.EXPERT, OrganisationRole.AUTHORITY)),
        ],
    )


class ReasonOnlyForm(forms.Form):
    """Why."""

    reason = forms.CharField(label="Motif", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class ConflictForm(ReasonOnlyForm):
    """A link between an expert and a campus."""

    campus = forms.ModelChoiceField(label="Campus", queryset=Campus.objects.none(), empty_label="– Choisir –")
    field_order = ("campus", "reason")

    def __init__(self, *args: Any, is_demo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "Quel lien"
        campuses = Campus.objects.filter(is_demo=is_demo).order_by("name", "pk")
        self.fields["campus"].queryset = campuses  # type: ignore[attr-defined]


class DueForm(forms.Form):
    """Another day."""

    due_on = day_field("À rendre pour le")


class AssignForm(DueForm):
    """Whom to give the file."""

    experts = forms.TypedMultipleChoiceField(
        label="Experts", coerce=int, error_messages={"required": "Cochez au moins un expert."}
    )

    def __init__(self, *args: Any, free: list[Expert], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._free = {expert.pk: expert for expert in free}
        self.fields["experts"].choices = [(pk, str(pk)) for pk in self._free]  # type: ignore[attr-defined]
        self.fields["due_on"].initial = timezone.localdate() + dt.timedelta(days=30)

    def chosen(self) -> list[Expert]:
        """The experts ticked."""
        return [self._free[pk] for pk in self.cleaned_data["experts"]]


class RoundForm(StepForm, DueForm):
    """What the experts look at again."""

    request = forms.CharField(
        label="Ce qui est à revoir",
        max_length=4000,
        help_text="Les experts le lisent.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    field_order = ("request", "due_on")

    def __init__(self, *args: Any, application: LabelApplication, **kwargs: Any) -> None:
        super().__init__(*args, application=application, **kwargs)
        self.fields["due_on"].initial = timezone.localdate() + dt.timedelta(days=15)


class CollegeForm(StepForm):
    """Why a file goes on with fewer than two expertises."""

    reason = forms.CharField(
        label="Motif",
        required=False,
        max_length=2000,
        help_text="Obligatoire quand moins de deux expertises sont rendues ; le campus peut le lire.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AdviceForm(forms.Form):
    """What the expert proposes, and why."""

    advice = forms.ChoiceField(label="Vous proposez", choices=[UNSAID, *Advice.choices])
    comment = forms.CharField(label="Votre synthèse", max_length=10_000, widget=forms.Textarea(attrs={"rows": 8}))


class GridForm(AdviceForm):
    """The whole grid as a draft: what is not filled in may wait, what is marked gives its reason."""

    def __init__(self, *args: Any, assignment: Assignment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        application = assignment.application
        specification = application.campaign.specification
        self.levels: list[GridLevel] = list(specification.levels.all())
        self.criteria: list[Criterion] = list(specification.criteria.all())
        asked = specification.requirements.all() if asks_excellence(application) else []
        self.requirements: list[ExcellenceRequirement] = list(asked)
        for name, value in (("advice", assignment.advice), ("comment", assignment.comment)):
            self.fields[name].required, self.fields[name].initial = False, value
            self.fields[name].is_due_later = True  # type: ignore[attr-defined]
        self._add_criteria(assignment)
        self._add_requirements(assignment)

    def _add_criteria(self, assignment: Assignment) -> None:
        marks = {mark.criterion_id: mark for mark in assignment.marks.all()}
        choices = [(str(each.pk), each.title) for each in self.levels] + [(ABSTAINS, "Je m’abstiens")]
        for each in self.criteria:
            mark = marks.get(each.pk)
            level = "" if mark is None else str(mark.level_id or ABSTAINS)
            self._add(f"critere_{each.number}", "Niveau", choices, level, mark.reason if mark else "")

    def _add_requirements(self, assignment: Assignment) -> None:
        marks = {mark.requirement_id: mark for mark in assignment.requirement_marks.all()}
        choices = [("oui", "Tenue"), ("non", "Non tenue"), (ABSTAINS, "Je m’abstiens")]
        said = {True: "oui", False: "non", None: ABSTAINS}
        for each in self.requirements:
            mark = marks.get(each.pk)
            answer = said[mark.is_met] if mark else ""
            self._add(f"exigence_{each.number}", "Réponse", choices, answer, mark.reason if mark else "")

    def _add(self, name: str, label: str, choices: list[tuple[str, str]], value: str, reason: str) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, choices=choices, required=False, initial=value, widget=forms.RadioSelect
        )
        self.fields[f"{name}_motif"] = forms.CharField(
            label="Motif",
            required=False,
            max_length=10_000,
            initial=reason,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        # A draft may leave it empty, yet no mark stands without it: the page must not call it optional.
        self.fields[f"{name}_motif"].is_due_later = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A mark without its reason, or a reason without its mark, is shown where it stands."""
        data = super().clean() or self.cleaned_data
        if not any(name in self.data for name in self.fields):
            raise ValidationError("Rien n’est arrivé de votre grille : rechargez la page.")
        for name in self._names():
            level, reason = data.get(name), (data.get(f"{name}_motif") or "").strip()
            if level and not reason:
                self.add_error(f"{name}_motif", "Donnez le motif de votre note.")
            if reason and not level:
                self.add_error(name, "Choisissez un niveau, ou l’abstention.")
        return data

    def rows(self) -> list[tuple[Criterion, forms.BoundField, forms.BoundField]]:
        """Each criterion with its two fields."""
        return [(each, self[f"critere_{each.number}"], self[f"critere_{each.number}_motif"]) for each in self.criteria]

    def excellence(self) -> list[tuple[ExcellenceRequirement, forms.BoundField, forms.BoundField]]:
        """Each requirement with its two fields."""
        names = ((each, f"exigence_{each.number}") for each in self.requirements)
        return [(each, self[name], self[f"{name}_motif"]) for each, name in names]

    def marks(self) -> Iterator[tuple[Criterion, GridLevel | None, str]]:
        """The criteria whose mark or reason changed."""
        levels = {str(each.pk): each for each in self.levels}
        for each in self.criteria:
            level, reason = self._changed(f"critere_{each.number}")
            if level:
                yield each, levels.get(level), reason

    def requirement_marks(self) -> Iterator[tuple[ExcellenceRequirement, bool | None, str]]:
        """The requirements whose answer or reason changed."""
        for each in self.requirements:
            answer, reason = self._changed(f"exigence_{each.number}")
            if answer:
                yield each, {"oui": True, "non": False}.get(answer), reason

    def _changed(self, name: str) -> tuple[str, str]:
        if not {name, f"{name}_motif"} & set(self.changed_data):
            return "", ""
        return self.cleaned_data[name], self.cleaned_data[f"{name}_motif"]

    def _names(self) -> list[str]:
        criteria = [f"critere_{each.number}" for each in self.criteria]
        return criteria + [f"exigence_{each.number}" for each in self.requirements]
