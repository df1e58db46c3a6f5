"""The forms of the tours of a campus. Rules live in the actions."""

from typing import Any

from django import forms

from cmq.campuses.models import Campus
from cmq.projects.models import Project
from cmq.tours.models import MOST_CAPACITY, Audience, Booking, Stop, Tour
from cmq.tours.rules import StopTerms
from cmq.web.espace.fields import CommuneForm


class TourForm(forms.Form):
    """What is said of a tour."""

    title = forms.CharField(label="Titre", max_length=150, help_text="Exemple : « La table en route ».")
    summary = forms.CharField(
        label="Présentation",
        max_length=3000,
        help_text="Ce que les gens y voient et y font.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    contact = forms.EmailField(
        label="Adresse de contact, montrée à tous",
        required=False,
        max_length=254,
        help_text="Exemple : contact@exemple.fr.",
    )
    project = forms.ModelChoiceField(
        label="Projet dont elle fait partie", queryset=Project.objects.none(), required=False, empty_label="Aucun"
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, campus: Campus, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["project"].queryset = Project.objects.of(campus)  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(tour: Tour) -> dict[str, Any]:
        """What the form shows of a tour that exists."""
        return {name: getattr(tour, name) for name in ("title", "summary", "contact", "project", "version")}


class StopForm(CommuneForm):
    """A stop; its hours are those of the clocks of the place."""

    day = forms.DateField(
        label="Jour",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Exemple : 03/10/2027.",
    )
    starts = forms.TimeField(
        label="Début",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Heure du lieu : 09:30.",
    )
    ends = forms.TimeField(label="Fin", widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    last_day = forms.DateField(
        label="Dernier jour, s’il y en a plusieurs",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    place = forms.CharField(label="Lieu", max_length=150, help_text="Exemple : « Salle des fêtes ».")
    address = forms.CharField(label="Adresse", max_length=250, required=False)
    audiences = forms.MultipleChoiceField(
        label="Publics", choices=Audience.choices, widget=forms.CheckboxSelectMultiple
    )
    description = forms.CharField(
        label="Programme", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    accessibility = forms.CharField(
        label="Accessibilité",
        max_length=1000,
        required=False,
        help_text="Accès de plain-pied, places réservées, boucle magnétique, interprète…",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    booking = forms.ChoiceField(label="Inscription", choices=Booking.choices, initial=Booking.NONE)
    capacity = forms.IntegerField(
        label="Nombre de places",
        required=False,
        min_value=1,
        max_value=MOST_CAPACITY,
        help_text="Exigé pour s’inscrire.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    field_order = ("day", "starts", "ends", "last_day", "commune", "commune_code", "place", "address")

    @staticmethod
    def initial_of(stop: Stop) -> dict[str, Any]:
        """What the form shows of a stop that exists."""
        names = ("place", "address", "description", "accessibility", "booking", "capacity", "version")
        days = stop.starts.date(), stop.ends.date()
        return {
            **{name: getattr(stop, name) for name in names},
            "day": days[0],
            "starts": stop.starts.time(),
            "ends": stop.ends.time(),
            "last_day": days[1] if days[1] != days[0] else None,
            "commune": f"{stop.commune.name} {stop.commune.departement_id}",
            "audiences": [each.audience for each in stop.audiences.all()],
        }

    @staticmethod
    def terms_in(data: dict[str, Any]) -> StopTerms:
        """The stop that a valid form describes."""
        names = ("day", "starts", "ends", "last_day", "commune", "place", "address", "description", "accessibility")
        return StopTerms(
            **{name: data[name] for name in names},
            audiences=frozenset(Audience(each) for each in data["audiences"]),
            booking=Booking(data["booking"]),
            capacity=data["capacity"],
        )


class CancelForm(forms.Form):
    """Why a stop will not be."""

    reason = forms.CharField(
        label="Motif", max_length=300, help_text="Il est montré à tous, et envoyé à celles et ceux qui sont inscrits."
    )


class WithdrawForm(forms.Form):
    """Why a person's registration is taken back."""

    reason = forms.CharField(label="Motif", max_length=300, help_text="Il est envoyé à la personne, et à elle seule.")


class AttendanceForm(forms.Form):
    """How many people of each public came."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, stop: Stop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = stop.version
        counted = {each.audience: each.number for each in stop.attendances.all()}
        for audience in Audience:
            self.fields[audience.value] = forms.IntegerField(
                label=audience.label, required=False, min_value=0, max_value=100_000, initial=counted.get(audience)
            )

    @staticmethod
    def numbers_in(data: dict[str, Any]) -> dict[Audience, int]:
        """The counts that a valid form gives."""
        return {audience: data[audience.value] for audience in Audience if data[audience.value] is not None}


def keys_in(text: str) -> list[int]:
    """« 4,7,5 » as keys; nothing for what is not one."""
    parts = text[:2000].split(",")
    return [int(part) for part in parts] if all(part.isascii() and part.isdecimal() for part in parts) else []
