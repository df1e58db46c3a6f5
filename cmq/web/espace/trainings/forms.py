"""The forms of trainings. Rules live in the actions."""

from typing import Any

from django import forms

from cmq.campuses.models import Campus
from cmq.organisations.models import Organisation
from cmq.reference.audiences import LEARNERS, Audience, choices_of
from cmq.trainings.models import LEVELS, Stage, Training, TrainingKind, Way
from cmq.trainings.rules import TrainingTerms
from cmq.web.espace.fields import CommuneForm, OriginForm, origin_in
from cmq.web.espace.files.forms import day_field

UNSAID = ("", "Non précisé")
_LINES = {"rows": 3}


class TrainingForm(CommuneForm, OriginForm):
    """All that a training says, and where that comes from."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)
    title = forms.CharField(label="Intitulé", max_length=250)
    organisation = forms.ModelChoiceField(
        label="Donnée par",
        queryset=Organisation.objects.none(),
        empty_label="– Choisir –",
        help_text="Un membre du campus.",
    )
    diploma = forms.CharField(label="Diplôme ou certification", required=False, max_length=200)
    level = forms.TypedChoiceField(
        label="Niveau", required=False, choices=[UNSAID, *LEVELS], coerce=int, empty_value=None
    )
    rncp_code = forms.CharField(label="Code RNCP", required=False, max_length=20, help_text="Comme RNCP12345.")
    kind = forms.ChoiceField(label="Voie", required=False, choices=[UNSAID, *TrainingKind.choices])
    stage = forms.ChoiceField(label="Enseignement", required=False, choices=[UNSAID, *Stage.choices])
    ways = forms.MultipleChoiceField(
        label="Modalités", required=False, choices=Way.choices, widget=forms.CheckboxSelectMultiple
    )
    audiences = forms.MultipleChoiceField(
        label="Publics", required=False, choices=choices_of(LEARNERS), widget=forms.CheckboxSelectMultiple
    )
    modules = forms.CharField(
        label="Modules", required=False, max_length=8000, widget=forms.Textarea(attrs=_LINES), help_text="Un par ligne."
    )
    colorations = forms.CharField(
        label="Colorations",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs=_LINES),
        help_text="Une par ligne : ce qui colore la formation, comme la domotique pour les aides à domicile.",
    )
    romes = forms.CharField(
        label="Métiers visés (codes ROME)", required=False, max_length=400, help_text="Comme K1304, K1302."
    )
    address = forms.CharField(label="Adresse", required=False, max_length=250)
    capacity = forms.IntegerField(label="Nombre de places", required=False, min_value=1, max_value=100_000)
    next_start = day_field("Prochaine rentrée", required=False)
    apply_url = forms.URLField(
        label="Adresse pour s’inscrire",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="L’adresse complète, qui commence par https://.",
    )
    starts_on = day_field("Offerte depuis", required=False)
    ends_on = day_field("Offerte jusqu’au", required=False)

    def __init__(
        self,
        *args: Any,
        campus: Campus,
        members: list[int],
        training: Training | None = None,
        taken: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{**kwargs, "initial": _initial(training) if training else taken or {}})
        self.fields["commune"].required = False
        known = Organisation.objects.filter(pk__in=members).order_by("name", "pk")
        self.fields["organisation"].queryset = known  # type: ignore[attr-defined]
        if training and (source := next(iter(training.sources.all()), None)):
            self.fields["source_title"].initial, self.fields["source_url"].initial = source.title, source.url
        before = ("title", "organisation", "diploma", "level", "rncp_code", "kind", "stage", "ways", "audiences")
        self.order_fields(["version", *before, "modules", "colorations", "romes", "commune", "commune_code", "address"])


def _initial(training: Training) -> dict[str, Any]:
    plain = (
        *("version", "title", "organisation", "diploma", "level", "rncp_code", "kind", "stage", "address"),
        *("capacity", "next_start", "apply_url", "starts_on", "ends_on"),
    )
    modules = list(training.modules.all())
    return {
        **{name: getattr(training, name) for name in plain},
        "commune": f"{training.commune.name} ({training.commune.departement_id})" if training.commune else "",
        "ways": [row.way for row in training.ways.all()],
        "audiences": [row.audience for row in training.audiences.all()],
        "romes": ", ".join(row.code for row in training.romes.all()),
        "modules": "\n".join(row.title for row in modules if not row.is_coloration),
        "colorations": "\n".join(row.title for row in modules if row.is_coloration),
    }


def terms_in(data: dict[str, Any]) -> TrainingTerms:
    """What a valid `TrainingForm` says. Raises `Refusal` for an origin that cannot be."""
    same = ("title", "organisation", "diploma", "level", "rncp_code", "commune", "address", "capacity", "next_start")
    return TrainingTerms(
        **{name: data[name] for name in (*same, "apply_url", "starts_on", "ends_on")},
        kind=TrainingKind(data["kind"]) if data["kind"] else None,
        stage=Stage(data["stage"]) if data["stage"] else None,
        ways=tuple(Way(way) for way in data["ways"]),
        audiences=tuple(Audience(audience) for audience in data["audiences"]),
        romes=tuple(code for code in data["romes"].replace(",", " ").replace(";", " ").split() if code),
        modules=tuple(line for line in data["modules"].splitlines() if line.strip()),
        colorations=tuple(line for line in data["colorations"].splitlines() if line.strip()),
        origin=origin_in(data),
    )


class EndForm(forms.Form):
    """The last day of a training."""

    ends_on = day_field("Dernier jour où la formation est offerte")


class OpenDayForm(forms.Form):
    """A day on which one may come and see."""

    day = day_field("Jour")
    note = forms.CharField(label="Précision", required=False, max_length=200, help_text="Heures, lieu, inscription.")
