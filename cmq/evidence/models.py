"""What a campus measures of its effect: indicators, their values by year with proof, and the report of a year."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from cmq.campuses.models import Campus
from cmq.core.canonical import CanonicalJSONField
from cmq.core.models import Source
from cmq.evidence.secrecy import is_small

FIRST_YEAR, LAST_YEAR = 2010, 2100
_YEARS: list[Any] = [MinValueValidator(FIRST_YEAR), MaxValueValidator(LAST_YEAR)]


class SumKind(models.TextChoices):
    """How the values of several campuses make one."""

    SUM = "somme", "Somme"
    MEAN = "moyenne", "Moyenne simple des campus"
    NONE = "aucune", "Ne s’additionne pas"


class IndicatorFamily(models.TextChoices):
    """What an indicator is about."""

    LEARNERS = "apprenants", "Apprenants par statut"
    OFFER = "offre", "Offre"
    PARTNERS = "partenaires", "Partenaires"
    PUBLIC = "public", "Public et mobilités"
    OUTCOME = "insertion", "Insertion et suites"


class Indicator(models.Model):
    """A figure that every campus may give by year, with one definition for all."""

    code = models.SlugField("code", max_length=40, unique=True)
    family = models.CharField("famille", max_length=16, choices=IndicatorFamily.choices)
    name = models.CharField("nom", max_length=120)
    definition = models.TextField("définition", max_length=1000)
    unit = models.CharField("unité", max_length=30)
    sums = models.CharField("d’un territoire", max_length=10, choices=SumKind.choices)
    # A share in per cent has one.
    maximum = models.DecimalField("plus grande valeur", max_digits=14, decimal_places=2, null=True, blank=True)
    # The text that defines it; without one, the definition is the platform's own.
    source = models.ForeignKey(
        Source, verbose_name="source", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    position = models.PositiveSmallIntegerField("rang")

    class Meta:
        verbose_name = "indicateur"
        verbose_name_plural = "indicateurs"
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=~Q(definition=""), name="indicator_has_definition"),
            models.CheckConstraint(condition=~Q(unit=""), name="indicator_has_unit"),
        ]

    def __str__(self) -> str:
        return self.name


class ValueQuerySet(models.QuerySet["IndicatorValue"]):
    """Values."""

    def current(self) -> "ValueQuerySet":
        """Without those that a correction replaced, or that were taken back."""
        return self.filter(ended_at=None)

    def of(self, campus: Campus) -> "ValueQuerySet":
        """Those that a campus holds, and those of another that it has confirmed to share."""
        shared = ValueShare.objects.exclude(confirmed_at=None).filter(campus=campus)
        return self.filter(Q(campus=campus) | Q(pk__in=shared.values("value")))


class IndicatorValue(models.Model):
    """What a campus says of an indicator for a year; null is unknown, which is not zero. A joint value is that of
    several campuses together (`ValueShare`), counted once in every sum."""

    indicator = models.ForeignKey(Indicator, verbose_name="indicateur", on_delete=models.PROTECT, related_name="values")
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="indicator_values")
    year = models.PositiveSmallIntegerField("année", validators=_YEARS)
    number = models.DecimalField("valeur", max_digits=14, decimal_places=2, null=True, blank=True)
    is_joint = models.BooleanField("commune à plusieurs campus", default=False)
    note = models.CharField("précision", max_length=500, blank=True)
    proof_url = models.URLField("adresse de la preuve", max_length=600, blank=True)
    proof = models.FileField("document de preuve", upload_to="preuves/%Y/%m/", max_length=200, blank=True)
    proof_name = models.CharField("nom du document", max_length=150, blank=True)
    proof_size = models.PositiveBigIntegerField("taille du document", default=0)
    stated_at = models.DateTimeField("dite le")
    stated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="dite par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # A correction is another value: the former one stays, ended.
    replaces = models.OneToOneField(
        "self", verbose_name="corrige", null=True, blank=True, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    reason = models.CharField("motif de la correction", max_length=300, blank=True)
    ended_at = models.DateTimeField("remplacée ou retirée le", null=True, blank=True)

    objects = ValueQuerySet.as_manager()

    class Meta:
        verbose_name = "valeur d’un indicateur"
        verbose_name_plural = "valeurs des indicateurs"
        ordering = ["-year", "indicator__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "campus", "year", "is_joint"],
                condition=Q(ended_at=None),
                name="indicator_value_once_a_year",
            ),
            models.CheckConstraint(condition=Q(number=None) | Q(number__gte=0), name="indicator_value_from_zero"),
            models.CheckConstraint(
                condition=Q(number__isnull=False) | ~Q(note=""), name="indicator_value_unknown_says_why"
            ),
            models.CheckConstraint(
                condition=Q(replaces=None) | ~Q(reason=""), name="indicator_value_correction_says_why"
            ),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR), name="indicator_value_year_in_range"
            ),
            models.CheckConstraint(
                condition=Q(proof="", proof_name="") | (~Q(proof="") & ~Q(proof_name="")),
                name="indicator_value_proof_has_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator}, {self.year} – {self.campus}"

    @property
    def is_hidden(self) -> bool:
        """Whether it counts too few people to be shown to everyone."""
        return is_small(self.number, self.indicator.unit)


class ValueShare(models.Model):
    """Another campus that a joint value also counts for, once it has confirmed it."""

    value = models.ForeignKey(IndicatorValue, verbose_name="valeur", on_delete=models.CASCADE, related_name="shares")
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="value_shares")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="confirmé par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "campus d’une valeur commune"
        verbose_name_plural = "campus des valeurs communes"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["value", "campus"], name="indicator_value_shared_once")]

    def __str__(self) -> str:
        return f"{self.value} – {self.campus}"


class AnnualReport(models.Model):
    """The report of a campus on a year: written from the rooms of the platform while it is a draft, frozen when the
    director publishes it."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="annual_reports")
    year = models.PositiveSmallIntegerField("année", validators=_YEARS)
    introduction = models.TextField("introduction", max_length=5000, blank=True)
    conclusion = models.TextField("conclusion", max_length=5000, blank=True)
    version = models.PositiveIntegerField("version", default=1)
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="publié par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # The parts as they stood when it was published: what `evidence.report` gathers.
    snapshot = CanonicalJSONField("contenu figé", null=True, blank=True)

    class Meta:
        verbose_name = "rapport annuel"
        verbose_name_plural = "rapports annuels"
        ordering = ["-year"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["campus", "year"], name="annual_report_once_a_year"),
            models.CheckConstraint(
                condition=Q(published_at=None, snapshot=None) | Q(published_at__isnull=False, snapshot__isnull=False),
                name="annual_report_published_is_frozen",
            ),
            models.CheckConstraint(
                condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR), name="annual_report_year_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"Rapport {self.year} – {self.campus}"

    @property
    def is_published(self) -> bool:
        """Whether everyone may read it."""
        return self.published_at is not None
