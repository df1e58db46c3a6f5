"""The forms of campaigns and of their board. Rules live in the actions."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from cmq.campaigns.models import PHASE_ENDS, Campaign, College, Phase, Specification
from cmq.instruction.models import OpinionBody
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole
from cmq.web.espace.files.forms import UNSAID, day_field

# Days between today, the opening of a new campaign, and the end of each phase after it, as a first proposal.
_DAYS = (30, 90, 30, 45, 60, 30, 30, 15)


def _instant_field(phase: Phase) -> forms.DateTimeField:
    label = "Ouverture du dépôt" if phase is Phase.ANNOUNCED else f"Fin de la phase « {phase.label} »"
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M"],
    )


class CalendarForm(forms.Form):
    """The last instant of each phase."""

    def __init__(self, *args: Any, before: Campaign | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._before = before
        for phase, column in PHASE_ENDS.items():
            if before is None or not before.is_rolling or phase is Phase.ANNOUNCED:
                self.fields[column] = _instant_field(phase)
                self.fields[column].initial = getattr(before, column) if before else None

    def ends(self) -> dict[str, dt.datetime | None]:
        """Column of a campaign → last instant; one that shows the same minute as before is the same instant."""
        return {column: self._instant(column) for column in PHASE_ENDS.values()}

    def _instant(self, column: str) -> dt.datetime | None:
        given: dt.datetime | None = self.cleaned_data.get(column)
        old: dt.datetime | None = getattr(self._before, column, None)
        if given and old and given.replace(second=0) == old.replace(second=0, microsecond=0):
            return old
        return given


class CampaignForm(CalendarForm):
    """A campaign to prepare."""

    title = forms.CharField(label="Intitulé", max_length=200)
    specification = forms.ModelChoiceField(
        label="Cahier des charges", queryset=Specification.objects.order_by("-pk"), empty_label=None
    )
    college = forms.ModelChoiceField(label="Collège", queryset=College.objects.order_by("-pk"), empty_label=None)
    publishes_together = forms.BooleanField(
        label="Publier toutes les décisions ensemble",
        required=False,
        initial=True,
        help_text="Sinon chaque décision se publie avec sa dernière signature.",
    )
    is_rolling = forms.BooleanField(
        label="Dépôt permanent",
        required=False,
        help_text="La campagne n’a pas de fin : seule l’ouverture du dépôt compte, les autres dates sont laissées.",
    )

    def __init__(self, *args: Any, is_demo: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("specification", "college"):
            texts = self.fields[name].queryset  # type: ignore[attr-defined]
            used = texts.filter(campaigns__is_demo=True).values("pk")
            shown = texts.filter(pk__in=used) if is_demo else texts.exclude(pk__in=used)
            self.fields[name].queryset = shown  # type: ignore[attr-defined]
        end = timezone.localtime().replace(hour=23, minute=59, second=0, microsecond=0)
        for days, (phase, column) in zip(_DAYS, PHASE_ENDS.items(), strict=True):
            end += dt.timedelta(days=days)
            opens = phase is Phase.ANNOUNCED
            # Only a rolling campaign goes without: the action says which end is missing.
            self.fields[column].required = opens
            self.fields[column].is_due_later = True  # type: ignore[attr-defined]
            self.fields[column].initial = end.replace(hour=8, minute=0) if opens else end

    def ends(self) -> dict[str, dt.datetime | None]:
        """Without the ends that a rolling campaign does not have."""
        ends = super().ends()
        if self.cleaned_data["is_rolling"]:
            return {column: end if column == "opens_at" else None for column, end in ends.items()}
        return ends


class MoveForm(CalendarForm):
    """Another calendar, and why. It is sent twice: first to see whom it touches, then to confirm."""

    reason = forms.CharField(
        label="Pourquoi le calendrier change",
        max_length=500,
        help_text="Les personnes prévenues lisent ce motif.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = (*PHASE_ENDS.values(), "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields(self.field_order)


class BoardForm(forms.Form):
    """One act on the files that were ticked, each as the page showed it."""

    RULE, ASK, SEND = "recevable", "avis", "college"

    act = forms.ChoiceField(
        label="Faire",
        choices=[
            UNSAID,
            (RULE, "Prononcer recevables"),
            (ASK, "Demander un avis"),
            (SEND, "Envoyer devant le collège"),
        ],
    )
    kind = forms.ChoiceField(label="Sorte d’instance", choices=[UNSAID, *OpinionBody.choices], required=False)
    body = forms.ModelChoiceField(
        label="Instance", queryset=Organisation.objects.none(), empty_label="– Choisir –", required=False
    )
    due_on = day_field("Avis attendu pour le", required=False)

    def __init__(self, *args: Any, campaign: Campaign, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consulted = OrganisationMembership.objects.filter(role=OrganisationRole.OPINION, ends_on=None)
        bodies = Organisation.objects.filter(pk__in=consulted.values("organisation"), is_demo=campaign.is_demo)
        self.fields["body"].queryset = bodies.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["due_on"].initial = timezone.localdate() + dt.timedelta(days=30)

    def ticked(self) -> dict[str, int]:
        """Reference → step, of each box that was ticked."""
        boxes = (value.rpartition("@") for value in self.data.getlist("dossier"))  # type: ignore[attr-defined]
        return {reference: int(step) for reference, _, step in boxes if step.isdecimal() and len(step) < 9}

    def clean(self) -> dict[str, Any]:
        """An opinion needs its body and its day; every act needs a file."""
        data = super().clean() or self.cleaned_data
        if not self.ticked():
            raise ValidationError("Cochez au moins un dossier.")
        if data.get("act") == self.ASK and not (data.get("kind") and data.get("body") and data.get("due_on")):
            raise ValidationError("Choisissez la sorte d’instance, l’instance et la date de l’avis.")
        return data


class ReminderForm(forms.Form):
    """Whom to write to."""

    OPINIONS, EXPERTISES = "avis", "expertises"

    what = forms.ChoiceField(
        label="Relancer", choices=[(OPINIONS, "Les avis en retard"), (EXPERTISES, "Les expertises en retard")]
    )


class ConfirmForm(forms.Form):
    """A tick that says one has read."""

    sure = forms.BooleanField(label="J’ai relu la page de la campagne")
