"""Who pays a campus for what: agreements with their years, and the spending planned and made."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from cmq.campuses.models import Campus
from cmq.organisations.models import Organisation

FIRST_YEAR, LAST_YEAR = 2010, 2100
_YEARS: list[Any] = [MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]


def amount_field(label: str) -> "models.DecimalField[Any, Any]":
    """Euros and cents; null is unknown, which is not zero."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, null=True, blank=True)


class FunderKind(models.TextChoices):
    """Who gives the money."""

    REGION = "region", "Région"
    STATE = "etat", "État"
    CNSA = "cnsa", "Caisse nationale de solidarité pour l’autonomie (CNSA)"
    EUROPE = "europe", "Fonds européens"
    FRANCE_2030 = "france_2030", "France 2030"
    OPCO = "opco", "Opérateur de compétences (OPCO)"
    CAISSE_DES_DEPOTS = "caisse_des_depots", "Caisse des dépôts"
    OWN = "propres", "Ressources propres"
    OTHER = "autre", "Autre financeur"


class AgreementQuerySet(models.QuerySet["FundingAgreement"]):
    """Agreements."""

    def standing(self) -> "AgreementQuerySet":
        """Without those taken back."""
        return self.filter(withdrawn_at=None)

    def public(self) -> "AgreementQuerySet":
        """Those that the campus shows to everyone."""
        return self.standing().filter(is_public=True)

    def of(self, campus: Campus) -> "AgreementQuerySet":
        """Those that a campus holds, and those of another that it has confirmed to share."""
        shared = AgreementShare.objects.confirmed().filter(campus=campus)
        return self.filter(Q(campus=campus) | Q(pk__in=shared.values("agreement")))


class FundingAgreement(models.Model):
    """What one funder grants, for what and when. Held by one campus, which is the only one that it is counted for;
    the others that share it are in `AgreementShare`."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="agreements")
    kind = models.CharField("sorte de financeur", max_length=20, choices=FunderKind.choices)
    funder_name = models.CharField("financeur", max_length=200, blank=True)
    funder = models.ForeignKey(
        Organisation,
        verbose_name="organisation qui finance",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="agreements",
    )
    scheme = models.CharField("dispositif", max_length=200, blank=True)
    reference = models.CharField("référence", max_length=100, blank=True)
    purpose = models.TextField("ce que cela paie", max_length=2000)
    signed_on = models.DateField("signée le", null=True, blank=True)
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin", null=True, blank=True)
    granted_total = amount_field("montant total accordé")
    is_public = models.BooleanField("montrée à tous", default=False)
    document = models.FileField("document", upload_to="financements/%Y/%m/", max_length=200, blank=True)
    document_name = models.CharField("nom du document", max_length=150, blank=True)
    document_size = models.PositiveBigIntegerField("taille du document", default=0)
    version = models.PositiveIntegerField("version", default=1)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = "convention de financement"
        verbose_name_plural = "conventions de financement"
        ordering = ["kind", "-starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(purpose=""), name="agreement_says_what_it_pays"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(starts_on=None) | Q(ends_on__gte=F("starts_on")),
                name="agreement_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(granted_total=None) | Q(granted_total__gte=0), name="agreement_total_from_zero"
            ),
            models.CheckConstraint(
                condition=Q(document="", document_name="") | (~Q(document="") & ~Q(document_name="")),
                name="agreement_document_has_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payer}{f', {self.scheme}' if self.scheme else ''}"

    @property
    def payer(self) -> str:
        """The funder by its name where it is given, else by its kind."""
        return self.funder_name or str(self.get_kind_display())


class FundingLine(models.Model):
    """One year of an agreement: asked, granted, paid."""

    agreement = models.ForeignKey(
        FundingAgreement, verbose_name="convention", on_delete=models.CASCADE, related_name="lines"
    )
    year = models.PositiveSmallIntegerField("année", validators=_YEARS)
    requested = amount_field("demandé")
    granted = amount_field("accordé")
    paid = amount_field("versé")
    # Why more was granted than asked, or paid than granted.
    reason = models.CharField("explication", max_length=300, blank=True)

    class Meta:
        verbose_name = "année d’une convention"
        verbose_name_plural = "années des conventions"
        ordering = ["year"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "year"], name="funding_line_once_a_year"),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR), name="funding_line_year_in_range"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0}), name=f"funding_line_{name}_from_zero"
                )
                for name in ("requested", "granted", "paid")
            ),
            models.CheckConstraint(
                condition=Q(requested__isnull=False) | Q(granted__isnull=False) | Q(paid__isnull=False),
                name="funding_line_says_an_amount",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") | Q(paid=None) | Q(granted=None) | Q(paid__lte=F("granted")),
                name="funding_line_paid_within_granted",
            ),
            models.CheckConstraint(
                condition=~Q(reason="") | Q(granted=None) | Q(requested=None) | Q(granted__lte=F("requested")),
                name="funding_line_granted_within_requested",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}, {self.year}"


class ShareQuerySet(models.QuerySet["AgreementShare"]):
    """Shares."""

    def confirmed(self) -> "ShareQuerySet":
        """Those that the other campus has confirmed."""
        return self.exclude(confirmed_at=None)


class AgreementShare(models.Model):
    """Another campus that a joint agreement also pays for. It shows there once it has confirmed it; the amounts are
    counted once, for the campus that holds the agreement."""

    agreement = models.ForeignKey(
        FundingAgreement, verbose_name="convention", on_delete=models.CASCADE, related_name="shares"
    )
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="agreement_shares")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="confirmé par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ShareQuerySet.as_manager()

    class Meta:
        verbose_name = "campus d’une convention commune"
        verbose_name_plural = "campus des conventions communes"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "campus"], name="agreement_shared_once")]

    def __str__(self) -> str:
        return f"{self.agreement} – {self.campus}"


class Heading(models.TextChoices):
    """What is paid for."""

    STAFF = "personnel", "Personnel"
    EQUIPMENT = "equipement", "Équipement"
    SERVICES = "prestations", "Prestations et sous-traitance"
    TRAVEL = "deplacements", "Déplacements"
    PREMISES = "locaux", "Locaux"
    COMMUNICATION = "communication", "Communication et événements"
    OTHER = "autres", "Autres dépenses"


class SpendingYear(models.Model):
    """What a campus plans to spend in a year, and what it spent."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="spending_years")
    year = models.PositiveSmallIntegerField("année", validators=_YEARS)
    planned_total = amount_field("total prévu")
    actual_total = amount_field("total dépensé")
    note = models.TextField("remarque", max_length=1000, blank=True)
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "budget d’une année"
        verbose_name_plural = "budgets par année"
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["campus", "year"], name="spending_year_once"),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR), name="spending_year_in_range"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0}), name=f"spending_{name}_from_zero"
                )
                for name in ("planned_total", "actual_total")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campus}, {self.year}"


class SpendingLine(models.Model):
    """One heading of a year: planned and spent."""

    budget = models.ForeignKey(SpendingYear, verbose_name="budget", on_delete=models.CASCADE, related_name="lines")
    heading = models.CharField("poste", max_length=16, choices=Heading.choices)
    planned = amount_field("prévu")
    actual = amount_field("dépensé")

    class Meta:
        verbose_name = "poste de dépense"
        verbose_name_plural = "postes de dépense"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["budget", "heading"], name="spending_heading_once"),
            models.CheckConstraint(
                condition=Q(planned__isnull=False) | Q(actual__isnull=False), name="spending_line_says_an_amount"
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{name: None}) | Q(**{f"{name}__gte": 0}), name=f"spending_line_{name}_from_zero"
                )
                for name in ("planned", "actual")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_heading_display()}, {self.budget.year}"

    @property
    def gap(self) -> Decimal | None:
        """Spent less planned; None when one of them is unknown."""
        return self.actual - self.planned if self.actual is not None and self.planned is not None else None
