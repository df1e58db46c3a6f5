"""The forms of specifications and colleges. Rules live in the actions."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Max
from django.utils import timezone

from cmq.accounts.models import User
from cmq.campaigns.models import (
    College,
    Criterion,
    ExcellenceRequirement,
    ExpectedDocument,
    GridLevel,
    Parity,
    Side,
    Specification,
)
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from cmq.web.espace.files.forms import UNSAID

Line = Criterion | ExcellenceRequirement | GridLevel | ExpectedDocument


@dataclass(frozen=True)
class Sort:
    """One sort of lines of a specification."""

    model: type[Line]
    relation: str
    order: str
    title: str
    one: str
    fields: tuple[str, ...]


SORTS = {
    "criteres": Sort(
        Criterion,
        "criteria",
        "number",
        "Critères",
        "un critère",
        ("number", "title", "family", "family_is_deduced", "is_incomplete", "guidance"),
    ),
    "exigences": Sort(
        ExcellenceRequirement,
        "requirements",
        "number",
        "Exigences d’excellence",
        "une exigence d’excellence",
        ("number", "title", "guidance"),
    ),
    "niveaux": Sort(GridLevel, "levels", "rank", "Niveaux de la grille", "un niveau", ("rank", "title", "meaning")),
    "pieces": Sort(
        ExpectedDocument,
        "documents",
        "position",
        "Pièces attendues",
        "une pièce",
        ("position", "title", "is_required", "for_label_holders_only"),
    ),
}


def line_form(sort: Sort, line: Line, *, data: Any) -> "forms.ModelForm[Any]":
    """The form of one line; a new one takes the next number."""
    made = forms.modelform_factory(sort.model, fields=sort.fields)
    initial: dict[str, int] = {}
    if line.pk is None:
        lines = getattr(line.specification, sort.relation)
        last = lines.aggregate(last=Max(sort.order))["last"]
        initial = {sort.order: 1 if last is None else last + 1}
    return made(data, instance=line, initial=initial)


class VersionForm(forms.Form):
    """The name of a new version."""

    version = forms.CharField(label="Nom de la nouvelle version", max_length=40)


class RulesForm(forms.Form):
    """How a college votes."""

    quorum_percent = forms.IntegerField(label="Quorum, en % des sièges pourvus", min_value=1, max_value=100)
    has_casting_vote = forms.BooleanField(label="Voix prépondérante du président", required=False)
    parity = forms.ChoiceField(label="Parité", choices=Parity.choices, required=False)

    def __init__(self, *args: Any, college: College, **kwargs: Any) -> None:
        names = ("quorum_percent", "has_casting_vote", "parity")
        super().__init__(*args, **{"initial": {name: getattr(college, name) for name in names}, **kwargs})


class SeatsForm(forms.Form):
    """How many seats an authority has."""

    seats = forms.IntegerField(label="Sièges", min_value=1, max_value=20, initial=1)


class AuthorityForm(SeatsForm):
    """An authority that sits."""

    name = forms.CharField(label="Nom", max_length=250)
    side = forms.ChoiceField(label="Côté", choices=[UNSAID, *Side.choices])
    signs = forms.BooleanField(label="Signe la décision conjointe", required=False, initial=True)
    field_order = ("name", "side", "seats", "signs")


class HolderForm(forms.Form):
    """Who holds a seat, or deputises."""

    person = forms.ModelChoiceField(
        label="Personne",
        queryset=User.objects.none(),
        empty_label="– Choisir –",
        help_text="Parmi celles qui ont accepté le rôle de membre du collège.",
    )
    is_deputy = forms.BooleanField(label="Comme suppléant", required=False)

    def __init__(self, *args: Any, is_demo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = OrganisationMembership.objects.active(timezone.localdate()).filter(role=OrganisationRole.AUTHORITY)
        people = User.objects.filter(pk__in=roles.values("person"), is_demo=is_demo).order_by("name", "pk")
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


def lines_of(specification: Specification) -> list[tuple[str, Sort, list[Line]]]:
    """All that a specification asks, sort by sort."""
    return [(key, sort, list(getattr(specification, sort.relation).all())) for key, sort in SORTS.items()]
