"""The forms of the campus and organisation desks, of people and of invitations. Rules live in the actions."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts

from cmq.accounts.models import User
from cmq.campuses.models import AreaKind, CampusField, CampusRole, Category, NameKind, PartnerRole
from cmq.core.partial_dates import PartialDateFormField
from cmq.organisations.models import Family, Kind, Organisation, OrganisationRole
from cmq.organisations.rules import sheet_seal
from cmq.reference.models import Academie, Departement, Filiere, Region, School
from cmq.web.espace.fields import CommuneForm, OriginForm

UNSAID = ("", "– Choisir –")


class FactForm(OriginForm):
    """One statement of one field of a campus, with the widget that suits the field."""

    value = forms.CharField(label="Valeur")

    def __init__(self, *args: Any, field: CampusField, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = _value_field(field)


def _value_field(field: CampusField) -> forms.Field:
    if field is CampusField.FILIERE:
        names = [(filiere.name, filiere.name) for filiere in Filiere.objects.order_by("position")]
        return forms.ChoiceField(label=field.label, choices=[UNSAID, *names])
    if field is CampusField.CATEGORY:
        return forms.ChoiceField(label=field.label, choices=[UNSAID, *Category.choices])
    if field is CampusField.WEBSITE:
        return forms.URLField(
            label=field.label, assume_scheme="https", help_text="Une adresse qui commence par https://."
        )
    if field.is_single:
        return forms.CharField(label=field.label)
    return forms.CharField(label=field.label, widget=forms.Textarea(attrs={"rows": 5}))


class NameForm(OriginForm):
    """Another name of a campus."""

    name = forms.CharField(label="Autre nom")
    kind = forms.ChoiceField(label="Nature", choices=NameKind.choices)


class PlaceForm(CommuneForm, OriginForm):
    """A commune where a campus is, or that it covers."""

    kind = forms.ChoiceField(
        label="C’est",
        choices=[(kind, kind.label) for kind in (AreaKind.SEAT, AreaKind.PLACE, AreaKind.TERRITORY)],
        initial=AreaKind.PLACE,
    )
    field_order = ("kind", "commune", "commune_code")


class TerritoryForm(OriginForm):
    """A département or an académie that a campus covers."""

    area = forms.ChoiceField(label="Académie ou département")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["area"].choices = [  # type: ignore[attr-defined]
            UNSAID,
            ("Académies", [(f"academie:{academie.pk}", academie.name) for academie in Academie.objects.all()]),
            ("Départements", [(f"departement:{place.pk}", str(place)) for place in Departement.objects.all()]),
        ]

    @staticmethod
    def area_in(data: dict[str, Any]) -> tuple[AreaKind, Academie | Departement]:
        """What was chosen, with the kind of area that it makes."""
        kind, _, code = data["area"].partition(":")
        if kind == "academie":
            return AreaKind.ACADEMIE, Academie.objects.get(pk=code)
        return AreaKind.TERRITORY, Departement.objects.get(pk=code)


class MemberForm(OriginForm):
    """How a known organisation belongs to a campus."""

    role = forms.ChoiceField(label="Rôle dans le campus", choices=PartnerRole.choices, initial=PartnerRole.ASSOCIATED)
    family = forms.ChoiceField(label="Famille", choices=[("", "Celle de sa nature"), *Family.choices], required=False)
    starts_on = PartialDateFormField(label="Membre depuis", required=False)


class NewMemberForm(CommuneForm, MemberForm):
    """An organisation that the register does not know yet, and how it belongs to a campus."""

    name = forms.CharField(label="Nom de l’organisation")
    organisation_kind = forms.ChoiceField(label="Nature", choices=[UNSAID, *Kind.choices])
    uai = forms.CharField(
        label="UAI", required=False, max_length=20, help_text="Sept chiffres et une lettre : 0590122M."
    )
    siret = forms.CharField(label="SIRET", required=False, max_length=20, help_text="Quatorze chiffres.")
    website = forms.URLField(label="Site web", required=False, assume_scheme="https")
    field_order = ("name", "organisation_kind", "uai", "siret", "commune", "commune_code", "website")

    def __init__(self, *args: Any, school: School | None = None, name: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].required = False
        self.fields["name"].initial = name
        if school is not None:
            self.fields["name"].initial = f"{school.name} ({school.city.title()})"
            self.fields["uai"].initial = school.uai
            self.fields["organisation_kind"].initial = Kind.LYCEE
            self.fields["commune"].initial = (
                f"{school.commune.name} {school.postcode}" if school.commune else school.city
            )

    def clean_uai(self) -> str:
        """Without the spaces that people put."""
        return "".join(self.cleaned_data["uai"].split()).upper()

    def clean_siret(self) -> str:
        """Without the spaces that people put."""
        return "".join(self.cleaned_data["siret"].split())


class EndForm(forms.Form):
    """The date on which a member left."""

    on = PartialDateFormField(label="Jusqu’à")


class CampusInvitationForm(forms.Form):
    """Whom to invite to a campus."""

    email = forms.EmailField(label="Adresse électronique", max_length=254)
    role = forms.ChoiceField(label="Rôle", choices=CampusRole.choices, initial=CampusRole.CONTRIBUTOR)


class InvitationForm(forms.Form):
    """Whom to invite, where the role is known."""

    email = forms.EmailField(label="Adresse électronique", max_length=254)


class OrganisationInvitationForm(InvitationForm):
    """Whom to invite to an organisation, and to which of the roles that one may give."""

    role = forms.ChoiceField(label="Rôle")

    def __init__(self, *args: Any, roles: list[OrganisationRole], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]  # type: ignore[attr-defined]


class ScopeForm(forms.Form):
    """Where a body has authority."""

    region = forms.ModelChoiceField(
        label="Région", queryset=Region.objects.order_by("name"), required=False, empty_label="La nation"
    )
    academie = forms.ModelChoiceField(
        label="Académie",
        queryset=Academie.objects.order_by("name"),
        required=False,
        empty_label="Toute la région",
        help_text="Seulement pour un organisme d’une seule académie.",
    )


class BodyForm(ScopeForm):
    """A body of the procedure: a rectorat, a region, a consulted body, the authorities’ secretariat."""

    name = forms.CharField(label="Nom", max_length=250)
    kind = forms.ChoiceField(label="Nature", choices=Kind.choices, initial=Kind.RECTORATE)
    field_order = ("name", "kind", "region", "academie")


class OrganisationForm(CommuneForm):
    """What an organisation says of itself."""

    name = forms.CharField(label="Nom")
    kind = forms.ChoiceField(label="Nature", choices=Kind.choices)
    website = forms.URLField(label="Site web", required=False, max_length=300, assume_scheme="https")
    seal = forms.CharField(widget=forms.HiddenInput, max_length=64)
    field_order = ("name", "kind", "commune", "commune_code", "website", "seal")

    def __init__(self, *args: Any, organisation: Organisation, renames: bool, **kwargs: Any) -> None:
        commune = organisation.commune
        initial = {
            "name": organisation.name,
            "kind": organisation.kind,
            "website": organisation.website,
            "seal": sheet_seal(organisation),
            "commune": f"{commune.name} {commune.departement_id}" if commune else "",
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["commune"].required = False
        if not renames:
            del self.fields["name"], self.fields["kind"]


class TermsForm(forms.Form):
    """The version of the terms that was read."""

    version = forms.CharField(max_length=10, widget=forms.HiddenInput)


class NewPersonForm(forms.Form):
    """The name and password of somebody who was invited and has no account."""

    name = forms.CharField(
        label="Prénom et nom", max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    password = forms.CharField(
        label="Mot de passe",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label="Le même mot de passe",
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_repeated(self) -> str:
        """The same as the first; tells when it is not."""
        repeated: str = self.cleaned_data["repeated"]
        if repeated != self.cleaned_data.get("password"):
            raise forms.ValidationError("Les deux mots de passe ne sont pas les mêmes.")
        return repeated


class RenameForm(forms.Form):
    """The name that others see."""

    name = forms.CharField(label="Prénom et nom", max_length=120)

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"name": person.name}, **kwargs})
