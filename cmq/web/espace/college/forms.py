"""The forms of meetings, points and measures. Rules live in the actions."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from cmq.applications.models import ApplicationState, LabelApplication
from cmq.awards.models import DecisionState, JointDecision, MinisterialOrder
from cmq.awards.rules import DecisionTerms, gives_label, is_adverse
from cmq.campaigns.models import Campaign, CampaignState
from cmq.campuses.models import Campus, Category
from cmq.core.forms import RowsField
from cmq.deliberation.models import AgendaItem, LabelMeasure, MeasureKind, MeasureState, Meeting, Outcome
from cmq.deliberation.rules import asked_years
from cmq.deliberation.tally import Tally
from cmq.expertise.models import Advice
from cmq.labels.models import Label
from cmq.reference.models import Filiere
from cmq.web.espace.files.forms import UNSAID, day_field


def _open_campaigns() -> Any:
    return Campaign.objects.filter(state=CampaignState.OPEN).order_by("-opens_at", "-pk")


class MeetingForm(forms.Form):
    """The title, the day and the place of a meeting; its campaign when it is new."""

    campaign = forms.ModelChoiceField(label="Campagne", queryset=Campaign.objects.none(), empty_label=None)
    title = forms.CharField(label="Intitulé", max_length=200)
    held_at = forms.DateTimeField(
        label="Date et heure",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"],
    )
    place = forms.CharField(label="Lieu ou lien de visioconférence", max_length=200, required=False)

    def __init__(self, *args: Any, meeting: Meeting | None = None, **kwargs: Any) -> None:
        if meeting is not None:
            told = {"title": meeting.title, "held_at": timezone.localtime(meeting.held_at), "place": meeting.place}
            kwargs.setdefault("initial", told)
        super().__init__(*args, **kwargs)
        if meeting is not None:
            del self.fields["campaign"]
        else:
            self.fields["campaign"].queryset = _open_campaigns()  # type: ignore[attr-defined]


class AgendaForm(forms.Form):
    """The files and the measures before the college that no agenda holds yet."""

    applications = RowsField(
        label="Dossiers", queryset=LabelApplication.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    measures = RowsField(
        label="Mesures sur des labels",
        queryset=LabelMeasure.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, meeting: Meeting, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = AgendaItem.objects.filter(meeting=meeting)
        files = meeting.campaign.applications.filter(state=ApplicationState.COLLEGE).select_related("campus")
        files = files.exclude(pk__in=here.exclude(application=None).values("application"))
        measures = meeting.campaign.measures.filter(state=MeasureState.COLLEGE).select_related("campus")
        measures = measures.exclude(pk__in=here.exclude(measure=None).values("measure"))
        self.fields["applications"].queryset = files.order_by("campus__name", "pk")  # type: ignore[attr-defined]
        self.fields["measures"].queryset = measures.order_by("campus__name", "pk")  # type: ignore[attr-defined]
        self.is_empty = not files.exists() and not measures.exists()

    def clean(self) -> dict[str, Any]:
        """At least one thing to add."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not (data.get("applications") or data.get("measures")):
            raise forms.ValidationError("Cochez au moins un dossier ou une mesure.")
        return data

    def chosen(self) -> list[LabelApplication | LabelMeasure]:
        """What was ticked, files first."""
        return [*self.cleaned_data["applications"], *self.cleaned_data["measures"]]


class OrderForm(forms.Form):
    """The whole order of an agenda, as the numbers of its points."""

    order = forms.CharField(max_length=4000)

    def clean_order(self) -> list[int]:
        """The numbers."""
        try:
            return [int(each) for each in self.cleaned_data["order"].split(",")]
        except ValueError as error:
            raise forms.ValidationError("L’ordre du jour a changé : rechargez la page.") from error


class ReportForm(forms.Form):
    """What the rapporteur tells of a point."""

    report = forms.CharField(label="Rapport", required=False, widget=forms.Textarea(attrs={"rows": 14}))


class PositionForm(forms.Form):
    """What the seat holds should be decided."""

    advice = forms.ChoiceField(label="Position", widget=forms.RadioSelect)
    years = forms.TypedChoiceField(
        label="Durée plus courte",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Pour accorder moins longtemps.",
    )
    reasons = forms.CharField(
        label="Motifs",
        required=False,
        help_text="Obligatoires, sauf pour accorder ce qui est demandé.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shorter = range(1, asked_years(item) or 1)
        advices = [(each.value, each.label) for each in Advice if shorter or each is not Advice.SHORTER]
        self.fields["advice"].choices = advices  # type: ignore[attr-defined]
        years = [(str(number), f"{number} an{'s' if number > 1 else ''}") for number in shorter]
        self.fields["years"].choices = [UNSAID, *years]  # type: ignore[attr-defined]
        if not shorter:
            del self.fields["years"]


class ReasonsForm(forms.Form):
    """Why one abstains."""

    reasons = forms.CharField(label="Motifs", widget=forms.Textarea(attrs={"rows": 4}))


class WhyForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label="Motif", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class MeasureForm(forms.Form):
    """A measure to propose on a label that runs."""

    campaign = forms.ModelChoiceField(
        label="Campagne dont le collège décidera", queryset=Campaign.objects.none(), empty_label=None
    )
    campus = forms.ModelChoiceField(
        label="Campus labellisé", queryset=Campus.objects.none(), empty_label="– Choisir –", to_field_name="slug"
    )
    kind = forms.ChoiceField(label="Mesure", choices=[UNSAID, *MeasureKind.choices])
    until = day_field(
        "Jusqu’au", required=False, help_text="Pour une prolongation, ou une suspension qui finit d’elle-même."
    )
    reasons = forms.CharField(
        label="Motifs", help_text="Le campus les reçoit.", widget=forms.Textarea(attrs={"rows": 6})
    )
    legal_basis = forms.CharField(label="Fondement", max_length=300, required=False)
    heard_until = day_field("Observations du campus attendues jusqu’au")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        labels = Label.objects.held_on(today) | Label.objects.perhaps_held_on(today)
        labelled = Campus.objects.filter(pk__in=labels.values("campus"))
        self.fields["campaign"].queryset = _open_campaigns()  # type: ignore[attr-defined]
        self.fields["campus"].queryset = labelled.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["heard_until"].initial = today + dt.timedelta(days=30)


class ObservationsForm(forms.Form):
    """What the campus says of a measure."""

    observations = forms.CharField(label="Vos observations", widget=forms.Textarea(attrs={"rows": 12}))


class TermsForm(forms.Form):
    """The terms of a joint decision, as far as its outcome has any."""

    name = forms.CharField(label="Nom du campus", max_length=250)
    category = forms.ChoiceField(label="Catégorie", choices=[UNSAID, *Category.choices])
    filiere = forms.ModelChoiceField(
        label="Filière", queryset=Filiere.objects.order_by("position"), empty_label="– Choisir –"
    )
    territory = forms.CharField(label="Territoire", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    duration_years = forms.TypedChoiceField(label="Durée", coerce=int)
    starts_on = day_field("Prend effet le")
    reasons = forms.CharField(label="Motifs", widget=forms.Textarea(attrs={"rows": 6}))
    remedies = forms.CharField(
        label="Voies et délais de recours", required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, item: AgendaItem, **kwargs: Any) -> None:
        file = item.application
        asked = {name: getattr(file, name) for name in ("category", "filiere", "territory")} if file else {}
        asked |= {"name": (file.name if file else "") or item.campus.name}
        count = Tally.from_json(item.tally) if item.concluded_at else None
        years = count.years if count else None
        asked |= {"duration_years": years.proposed if years else None}
        super().__init__(*args, **{"initial": asked, **kwargs})
        outcome = Outcome(count.outcome) if count else None
        for name in self._without(item, outcome):
            del self.fields[name]
        if years and "duration_years" in self.fields:
            bounds = range(years.shortest, years.longest + 1)
            choices = [(str(each), f"{each} an{'s' if each > 1 else ''}") for each in bounds]
            self.fields["duration_years"].choices = choices  # type: ignore[attr-defined]
        self.fields["remedies"].required = outcome is not None and is_adverse(item, outcome)

    @staticmethod
    def _without(item: AgendaItem, outcome: Outcome | None) -> tuple[str, ...]:
        """The fields that the outcome has no use for."""
        if outcome is not Outcome.GRANTED:
            return ("name", "category", "filiere", "territory", "duration_years", "starts_on")
        if item.measure is not None:
            return ("name", "category", "filiere", "territory", "duration_years")
        return () if gives_label(item) else ("category", "filiere", "duration_years")

    def terms(self) -> DecisionTerms:
        """What `decide` takes."""
        return DecisionTerms(**self.cleaned_data)


class SignDecisionForm(forms.Form):
    """The authority that signs, and the digest of the terms that were read."""

    signature = forms.IntegerField()
    digest = forms.CharField(max_length=64)


class PublishForm(forms.Form):
    """The signed decisions to publish together."""

    decisions = RowsField(
        label="Décisions à publier ensemble",
        queryset=JointDecision.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, waiting: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decisions"].queryset = waiting  # type: ignore[attr-defined]


class OrderDraftForm(forms.Form):
    """The title of an order, and the decisions of its annexed list."""

    title = forms.CharField(label="Intitulé de l’arrêté", max_length=300)
    decisions = RowsField(
        label="Liste annexée", queryset=JointDecision.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = JointDecision.objects.filter(outcome=Outcome.GRANTED, orders=None).exclude(state=DecisionState.SIGNING)
        self.fields["decisions"].queryset = free.order_by("number")  # type: ignore[attr-defined]


class OrderKnownForm(forms.Form):
    """What becomes known of an order, each part on its own."""

    number = forms.CharField(label="Numéro de l’acte", max_length=80, required=False)
    nor = forms.CharField(label="Numéro NOR", max_length=12, required=False, help_text="Comme MENE1925423A.")
    signed_on = day_field("Signé le", required=False)
    published_on = day_field("Publié le", required=False)
    notified_on = day_field("Notifié le", required=False)

    def __init__(self, *args: Any, order: MinisterialOrder, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if getattr(order, name):
                del self.fields[name]
