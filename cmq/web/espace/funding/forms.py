"""The forms of funding. Rules live in the actions."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from cmq.campuses.models import Campus
from cmq.core.forms import NumberField
from cmq.funding.actions import AgreementTerms, Sent
from cmq.funding.models import FunderKind, FundingAgreement, Heading, SpendingYear
from cmq.funding.rules import HeadingAmounts, YearAmounts
from cmq.organisations.models import Organisation
from cmq.web.espace.files.forms import day_field

UNSAID = ("", "– Choisir –")
MOST_YEARS = 30


class AgreementForm(forms.Form):
    """What an agreement says, but for its amounts."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=1)
    kind = forms.ChoiceField(label="Sorte de financeur", choices=[UNSAID, *FunderKind.choices])
    funder_name = forms.CharField(
        label="Nom du financeur", required=False, max_length=200, help_text="Tel que la convention le nomme."
    )
    funder = forms.ModelChoiceField(
        label="Le même parmi les membres du campus",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="Ce n’est pas un membre",
    )
    scheme = forms.CharField(label="Dispositif", required=False, max_length=200, help_text="Appel à projets, fonds…")
    reference = forms.CharField(label="Référence de la convention", required=False, max_length=100)
    purpose = forms.CharField(label="Ce que cela paie", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    signed_on = day_field("Signée le", required=False)
    starts_on = day_field("Début", required=False)
    ends_on = day_field("Fin", required=False)
    document = forms.FileField(label="Document", required=False, help_text="PDF de préférence. Il reste interne.")
    is_public = forms.BooleanField(
        label="Montrer cette convention à tous",
        required=False,
        help_text="Financeur, dispositif, objet et montants accordés, sur la page publique. Sinon elle reste interne.",
    )

    def __init__(self, *args: Any, campus: Campus, agreement: FundingAgreement | None = None, **kwargs: Any) -> None:
        said = [name for name in self.base_fields if name != "document"]
        kwargs["initial"] = {name: getattr(agreement, name) for name in said} if agreement else {}
        super().__init__(*args, **kwargs)
        members = Organisation.objects.filter(partnerships__campus=campus).distinct().order_by("name", "pk")
        self.fields["funder"].queryset = members  # type: ignore[attr-defined]
        if agreement and agreement.document_name:
            self.fields["document"].help_text = f"Déjà joint : {agreement.document_name}. Un nouveau le remplace."


def terms_in(data: dict[str, Any]) -> AgreementTerms:
    """What a valid `AgreementForm` says."""
    kept = {name: value for name, value in data.items() if name not in ("version", "document", "kind")}
    return AgreementTerms(kind=FunderKind(data["kind"]), **kept)


def sent_in(file: "UploadedFile[Any] | None") -> Sent | None:
    """The file of a form for an action."""
    return Sent(str(file.name), file, file.size or 0) if file else None


class YearsForm(forms.Form):
    """The amounts of an agreement, a row a year; `cleaned_data["lines"]` gives them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    rows = forms.IntegerField(widget=forms.HiddenInput, required=False)
    granted_total = NumberField(
        label="Montant total accordé par la convention, en euros",
        required=False,
        help_text="Les montants accordés par année doivent en faire le compte. Vide s’il n’est pas connu.",
    )

    columns = (
        ("year", "Année"),
        ("requested", "Demandé"),
        ("granted", "Accordé"),
        ("paid", "Versé"),
        ("reason", "Explication d’un dépassement"),
    )

    def __init__(self, *args: Any, agreement: FundingAgreement, **kwargs: Any) -> None:
        lines = list(agreement.lines.all())
        initial = {"version": agreement.version, "granted_total": agreement.granted_total, "rows": len(lines) + 3}
        for number, line in enumerate(lines):
            initial |= {f"{name}_{number}": getattr(line, name) for name, _ in self.columns}
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.count = self._count(len(lines) + 3)
        for number in range(self.count):
            for name, label in self.columns:
                self.fields[f"{name}_{number}"] = _cell(name, f"{label}, ligne {number + 1}")

    def _count(self, shown: int) -> int:
        sent = str(self.data.get("rows", "")) if self.is_bound else ""
        return min(max(int(sent), 1), MOST_YEARS) if sent.isdecimal() and len(sent) < 4 else shown

    def table(self) -> Iterator[list[forms.BoundField]]:
        """The rows as they are drawn."""
        for number in range(self.count):
            yield [self[f"{name}_{number}"] for name, _ in self.columns]

    def clean(self) -> dict[str, Any]:
        """Rows left empty are none; a row with amounts names its year."""
        data = super().clean() or self.cleaned_data
        lines = []
        for number in range(self.count):
            row: dict[str, Any] = {name: data.get(f"{name}_{number}") for name, _ in self.columns}
            if not any(value not in (None, "") for value in row.values()):
                continue
            if row["year"] is None:
                if f"year_{number}" not in self.errors:
                    self.add_error(f"year_{number}", "Donnez l’année de cette ligne.")
                continue
            lines.append(YearAmounts(**{**row, "reason": row["reason"] or ""}))
        data["lines"] = lines
        return data


def _cell(name: str, label: str) -> forms.Field:
    attrs = {"class": "fr-input", "aria-label": label, "autocomplete": "off"}
    if name == "year":
        return forms.IntegerField(label=label, required=False, widget=forms.NumberInput(attrs=attrs))
    if name == "reason":
        return forms.CharField(label=label, required=False, max_length=300, widget=forms.TextInput(attrs=attrs))
    return NumberField(label=label, required=False, widget=forms.TextInput(attrs={**attrs, "inputmode": "decimal"}))


class ShareForm(forms.Form):
    """Another campus that an agreement also pays for."""

    campus = forms.ModelChoiceField(label="Autre campus", queryset=Campus.objects.none(), empty_label="– Choisir –")

    def __init__(self, *args: Any, campus: Campus, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campus"].queryset = others(campus)  # type: ignore[attr-defined]


def others(campus: Campus) -> "Any":
    """The other campuses of the same world."""
    return Campus.objects.filter(is_demo=campus.is_demo).exclude(pk=campus.pk).order_by("name", "pk")


class SpendingForm(forms.Form):
    """The plan and the spending of a year, a row a heading; `cleaned_data["lines"]` gives them."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    planned_total = NumberField(
        label="Total prévu, en euros", required=False, help_text="Les postes prévus doivent en faire le compte."
    )
    actual_total = NumberField(
        label="Total dépensé, en euros", required=False, help_text="Les postes dépensés doivent en faire le compte."
    )
    note = forms.CharField(label="Remarque", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))

    columns = (("planned", "Prévu"), ("actual", "Dépensé"))

    def __init__(self, *args: Any, budget: SpendingYear | None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"version": 0}
        if budget:
            initial = {name: getattr(budget, name) for name in ("version", "planned_total", "actual_total", "note")}
            for line in budget.lines.all():
                initial |= {f"{name}_{line.heading}": getattr(line, name) for name, _ in self.columns}
        super().__init__(*args, **{**kwargs, "initial": initial})
        for heading in Heading:
            for name, label in self.columns:
                self.fields[f"{name}_{heading.value}"] = _cell(name, f"{heading.label}, {label.lower()}")

    def table(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Each heading with its two cells."""
        for heading in Heading:
            yield str(heading.label), [self[f"{name}_{heading.value}"] for name, _ in self.columns]

    def clean(self) -> dict[str, Any]:
        """The headings for the action."""
        data = super().clean() or self.cleaned_data
        data["lines"] = [
            HeadingAmounts(heading, *(data.get(f"{name}_{heading.value}") for name, _ in self.columns))
            for heading in Heading
        ]
        return data
