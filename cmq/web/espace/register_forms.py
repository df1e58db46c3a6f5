"""The forms of the keeper's desk."""

from typing import Any

from django import forms

from cmq.campuses.models import Campus, Category, LinkKind
from cmq.core.partial_dates import PartialDateFormField
from cmq.labels.actions import Terms
from cmq.labels.models import DateNature, DecisionKind, LabelDecision, Verification
from cmq.reference.models import Filiere, Region
from cmq.web.espace.fields import CommuneForm, OriginForm

TERMS = (
    "category",
    "duration_years",
    "act",
    "nor",
    "signed_on",
    "published_on",
    "notified_on",
    "starts_on",
    "ends_on",
    "date_nature",
    "verification",
)


class TermsForm(OriginForm):
    """What a decision says and when."""

    kind = forms.ChoiceField(label="Décision", choices=DecisionKind.choices, initial=DecisionKind.AWARDED)
    decided_on = PartialDateFormField(label="Date")
    date_nature = forms.ChoiceField(
        label="Cette date est",
        choices=DateNature.choices,
        initial=DateNature.EVENT,
        help_text="Une annonce n’est pas un arrêté : seule la date de l’événement est celle de l’acte.",
    )
    filiere = forms.ModelChoiceField(
        label="Filière", queryset=Filiere.objects.all(), required=False, empty_label="Celle du campus, ou inconnue"
    )
    category = forms.ChoiceField(label="Catégorie", choices=[("", "Non dite"), *Category.choices], required=False)
    duration_years = forms.IntegerField(label="Durée en années", required=False, min_value=1, max_value=5)
    act = forms.CharField(
        label="Acte", required=False, max_length=200, help_text="Par exemple : arrêté du 15 avril 2022."
    )
    nor = forms.CharField(label="Numéro NOR", required=False, max_length=12, help_text="Par exemple : MENE1925423A.")
    signed_on = PartialDateFormField(label="Signé le", required=False)
    published_on = PartialDateFormField(label="Publié le", required=False)
    notified_on = PartialDateFormField(label="Notifié le", required=False)
    starts_on = PartialDateFormField(label="Prend effet le", required=False)
    ends_on = PartialDateFormField(label="Prend fin le", required=False)
    verification = forms.ChoiceField(label="Source", choices=Verification.choices, initial=Verification.READ)

    @staticmethod
    def terms_in(data: dict[str, Any]) -> Terms:
        """The terms that a valid form gives."""
        return Terms(**{name: data[name] for name in TERMS})


class DecisionForm(TermsForm):
    """A decision about a campus, or about one that its source does not name."""

    campus = forms.ModelChoiceField(
        label="Campus", queryset=Campus.objects.real(), required=False, empty_label="La source ne le nomme pas"
    )
    claimed_name = forms.CharField(
        label="Nom donné par la source", required=False, max_length=250, help_text="Quand aucun campus n’est choisi."
    )
    region = forms.ModelChoiceField(
        label="Région", queryset=Region.objects.all(), required=False, empty_label="Celle du campus"
    )
    field_order = ("campus", "claimed_name", "region")


class CorrectionForm(TermsForm):
    """A decision told otherwise, beginning with what stands."""

    region = forms.ModelChoiceField(label="Région", queryset=Region.objects.all())
    field_order = ("region",)

    def __init__(self, *args: Any, decision: LabelDecision, **kwargs: Any) -> None:
        names = ("region", "kind", "decided_on", "filiere", *TERMS)
        super().__init__(*args, initial={name: getattr(decision, name) for name in names}, **kwargs)
        if decision.campus_id is not None:
            del self.fields["region"]


class CampusForm(CommuneForm, OriginForm):
    """A campus to enter in the register."""

    name = forms.CharField(label="Nom officiel")
    region = forms.ModelChoiceField(label="Région", queryset=Region.objects.all(), empty_label="– Choisir –")
    filiere = forms.ModelChoiceField(
        label="Filière", queryset=Filiere.objects.all(), required=False, empty_label="Inconnue"
    )
    field_order = ("name", "region", "filiere", "commune", "commune_code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].required = False


class MatchForm(forms.Form):
    """Which campus an unnamed decision concerns."""

    campus = forms.ModelChoiceField(label="Campus", queryset=Campus.objects.real(), widget=forms.RadioSelect)


class LinkForm(OriginForm):
    """How two campuses belong together."""

    from_campus = forms.ModelChoiceField(label="Campus", queryset=Campus.objects.real(), empty_label="– Choisir –")
    kind = forms.ChoiceField(label="Lien", choices=LinkKind.choices)
    to_campus = forms.ModelChoiceField(label="Autre campus", queryset=Campus.objects.real(), empty_label="– Choisir –")
    field_order = ("from_campus", "kind", "to_campus")


class AnswerForm(forms.Form):
    """What was done about an error report."""

    answer = forms.CharField(
        label="Suite donnée",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Envoyée à la personne si elle a laissé une adresse.",
    )


class ReasonForm(forms.Form):
    """Why a fact is withdrawn, or a line voided."""

    reason = forms.CharField(label="Motif", max_length=300)


class KeeperInvitationForm(forms.Form):
    """Whom to invite to keep the register."""

    email = forms.EmailField(label="Adresse électronique", max_length=254)


class FileForm(forms.Form):
    """A table to import."""

    file = forms.FileField(
        label="Fichier CSV ou XLSX", widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}), help_text="5 Mo au plus."
    )
