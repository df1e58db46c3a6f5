"""The forms of a file. Rules live in the actions."""

import datetime as dt
from typing import Any

from django import forms
from django.utils import timezone

from cmq.applications.models import ApplicationKind, LabelApplication, RequestSide
from cmq.applications.rules import Quality, expected_documents, is_asked
from cmq.campaigns.models import Campaign
from cmq.campuses.models import Campus, Category
from cmq.core.forms import RowsField
from cmq.instruction.models import Opinion, OpinionBody, RulingReason
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Filiere

UNSAID = ("", "– Choisir –")
YEARS = [UNSAID, *((str(years), f"{years} an{'s' if years > 1 else ''}") for years in range(1, 6))]


def day_field(label: str, **kwargs: Any) -> forms.DateField:
    """A day, with the browser’s own calendar."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, input_formats=["%Y-%m-%d", "%d/%m/%Y"], **kwargs)


class StepForm(forms.Form):
    """An act on a file as the person saw it: `step` tells a stale page."""

    step = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, application: LabelApplication, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"step": application.step}, **kwargs})


class ReasonForm(StepForm):
    """An act that says why."""

    reason = forms.CharField(label="Motif", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class OpenForm(forms.Form):
    """What to ask for, and in which campaign."""

    campaign = forms.ChoiceField(label="Campagne")
    kind = forms.ChoiceField(label="Demande", choices=[UNSAID, *ApplicationKind.choices])

    def __init__(self, *args: Any, campaigns: list[Campaign], kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].choices = [(str(each.pk), each.title) for each in campaigns]  # type: ignore[attr-defined]
        self.fields["kind"].initial = kind


class RequestForm(forms.Form):
    """What the file asks for."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(
        label="Nouveau nom du campus", max_length=250, required=False, help_text="Seulement s’il change."
    )
    category = forms.ChoiceField(label="Catégorie", choices=[UNSAID, *Category.choices], required=False)
    filiere = forms.ModelChoiceField(
        label="Filière", queryset=Filiere.objects.order_by("position"), required=False, empty_label="– Choisir –"
    )
    territory = forms.CharField(
        label="Territoire",
        required=False,
        max_length=4000,
        help_text="Académies, départements, lieux que le réseau couvre.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    duration_years = forms.ChoiceField(label="Durée demandée", choices=YEARS, required=False)
    absorbed = RowsField(
        label="Campus réunis", queryset=Campus.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, application: LabelApplication, **kwargs: Any) -> None:
        initial = {
            name: getattr(application, name)
            for name in ("version", "name", "category", "filiere", "territory", "duration_years")
        }
        initial["absorbed"] = application.absorbed.all()
        super().__init__(*args, **{"initial": initial, **kwargs})
        kind = ApplicationKind(application.kind)
        campus = application.campus
        if kind is ApplicationKind.MERGER:
            others = Campus.objects.filter(region=campus.region_id, is_demo=campus.is_demo).exclude(pk=campus.pk)
            self.fields["absorbed"].queryset = others.order_by("name", "pk")  # type: ignore[attr-defined]
        else:
            del self.fields["absorbed"]
        if not kind.gives_label:
            for name in ("category", "filiere", "duration_years"):
                del self.fields[name]

    def terms(self) -> dict[str, Any]:
        """The arguments of `writing.ask`."""
        data = dict(self.cleaned_data)
        years = data.pop("duration_years", "")
        return {**data, "duration_years": int(years) if years else None}


class SectionForm(forms.Form):
    """The text of a section, written from a version on."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(label="Texte", required=False, widget=forms.Textarea(attrs={"rows": 16}))


class CommentForm(forms.Form):
    """A remark on a section."""

    comment = forms.CharField(label="Votre commentaire", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class AttachmentForm(forms.Form):
    """A document to join."""

    document = forms.ChoiceField(label="Pièce", required=False)
    file = forms.FileField(
        label="Fichier",
        max_length=300,
        allow_empty_file=True,
        help_text="PDF, image (PNG, JPEG) ou document (DOCX, XLSX, PPTX, ODT, ODS, ODP), 20 Mo au plus.",
    )

    def __init__(self, *args: Any, application: LabelApplication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._documents = {str(document.pk): document for document in expected_documents(application)}
        titles = [(key, document.title) for key, document in self._documents.items()]
        self.fields["document"].choices = [*titles, ("", "Autre pièce")]  # type: ignore[attr-defined]

    def joined(self) -> dict[str, Any]:
        """The arguments of `attachments.attach`."""
        upload = self.cleaned_data["file"]
        document = self._documents.get(self.cleaned_data["document"])
        return {"name": upload.name, "content": upload, "size": upload.size, "document": document}


class SignForm(StepForm):
    """For whom the person signs, where both are possible."""

    side = forms.ChoiceField(label="Vous signez pour", widget=forms.RadioSelect)

    def __init__(self, *args: Any, qualities: list[Quality], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(quality.side.value, quality.wording) for quality in qualities]
        self.fields["side"].choices = choices  # type: ignore[attr-defined]
        self.fields["side"].initial = choices[0][0] if choices else None

    def side_given(self) -> RequestSide:
        """The side chosen."""
        return RequestSide(self.cleaned_data["side"])


class RulingForm(StepForm):
    """Admissible or not, and why."""

    verdict = forms.ChoiceField(
        label="Le dossier est",
        choices=[("oui", "recevable"), ("non", "irrecevable")],
        widget=forms.RadioSelect,
    )
    reasons = forms.MultipleChoiceField(
        label="Motifs d’irrecevabilité",
        choices=RulingReason.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    comment = forms.CharField(
        label="Explication",
        required=False,
        max_length=4000,
        help_text="Obligatoire quand le dossier est irrecevable : le campus la reçoit.",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CorrectionForm(StepForm):
    """What to correct, where, and by when."""

    sections = forms.MultipleChoiceField(label="Parties à rouvrir", widget=forms.CheckboxSelectMultiple)
    comment = forms.CharField(label="Ce qui est demandé", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    due_on = day_field("À rendre pour le")

    def __init__(self, *args: Any, application: LabelApplication, **kwargs: Any) -> None:
        super().__init__(*args, application=application, **kwargs)
        asked = [section for section in application.sections.all() if is_asked(application, section)]
        self._sections = {str(section.position): section for section in asked}
        choices = [(key, section.title) for key, section in self._sections.items()]
        self.fields["sections"].choices = choices  # type: ignore[attr-defined]
        self.fields["due_on"].initial = timezone.localdate() + dt.timedelta(days=30)

    def chosen(self) -> list[Any]:
        """The sections to reopen."""
        return [self._sections[key] for key in self.cleaned_data["sections"]]


class AnswerForm(StepForm):
    """What was corrected."""

    answer = forms.CharField(label="Ce qui a été corrigé", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))


class OpinionRequestForm(forms.Form):
    """Which body to consult, and by when."""

    kind = forms.ChoiceField(label="Sorte d’instance", choices=[UNSAID, *OpinionBody.choices])
    body = forms.ModelChoiceField(label="Instance", queryset=Organisation.objects.none(), empty_label="– Choisir –")
    due_on = day_field("Attendu pour le")

    def __init__(self, *args: Any, application: LabelApplication, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        campus = application.campus
        consulted = OrganisationMembership.objects.filter(role=OrganisationRole.OPINION, ends_on=None)
        bodies = Organisation.objects.filter(pk__in=consulted.values("organisation"), is_demo=campus.is_demo)
        in_reach = bodies.filter(region=campus.region_id) | bodies.filter(region=None)
        self.fields["body"].queryset = in_reach.order_by("name", "pk")  # type: ignore[attr-defined]
        self.fields["due_on"].initial = timezone.localdate() + dt.timedelta(days=30)


class OpinionForm(forms.Form):
    """What the body answers."""

    opinion = forms.ChoiceField(
        label="Avis", choices=[choice for choice in Opinion.choices if choice[0]], widget=forms.RadioSelect
    )
    reasons = forms.CharField(
        label="Motifs et réserves",
        required=False,
        max_length=4000,
        help_text="Obligatoires, sauf pour un avis favorable.",
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    given_on = day_field("Rendu le")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["given_on"].initial = timezone.localdate()
