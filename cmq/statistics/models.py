"""What ties jobs to filières, and the needs and the supply of every territory, summed up once a day."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cmq.core.models import Source
from cmq.labour.models import Basin
from cmq.reference.models import Departement, Filiere


class CodeList(models.TextChoices):
    """The list that a code of a job is of."""

    FAP = "fap", "Familles professionnelles (FAP 2021)"
    ROME = "rome", "Métiers du ROME"


class FiliereJobs(models.Model):
    """Jobs that a filière takes in: those whose code begins so. The longest beginning decides; several rows of one
    beginning name several filières; a row without a filière says that these jobs are of none of the twelve.

    No official table says it. What is shipped is the platform's own reading; keepers change it, and nothing is lost: a
    change ends a row and opens another.
    """

    code_list = models.CharField("nomenclature", max_length=4, choices=CodeList.choices)
    prefix = models.CharField("début de code", max_length=6)
    filiere = models.ForeignKey(
        Filiere, verbose_name="filière", null=True, blank=True, on_delete=models.PROTECT, related_name="jobs"
    )
    since = models.DateField("vaut depuis le")
    until = models.DateField("a valu jusqu’au", null=True, blank=True)
    reason = models.CharField("motif", max_length=300)
    source = models.ForeignKey(Source, verbose_name="source", on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="décidé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )

    class Meta:
        verbose_name = "métiers d’une filière"
        verbose_name_plural = "métiers des filières"
        ordering = ["code_list", "prefix", "filiere__position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(prefix="") & ~Q(reason=""), name="filiere_jobs_say_what_and_why"),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gte=F("since")), name="filiere_jobs_end_after"),
            models.UniqueConstraint(
                fields=["code_list", "prefix", "filiere"],
                condition=Q(until=None, filiere__isnull=False),
                name="filiere_jobs_once",
            ),
            models.UniqueConstraint(
                fields=["code_list", "prefix"], condition=Q(until=None, filiere=None), name="filiere_jobs_outside_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_code_list_display()} {self.prefix} → {self.filiere or 'hors filières'}"


class Scope(models.TextChoices):
    """What a cell sums up."""

    WHOLE = "ensemble", "Toutes les filières"
    FILIERE = "filiere", "Une filière"
    OUTSIDE = "hors", "Hors des douze filières"
    UNKNOWN = "inconnu", "Filière inconnue"


def _count(label: str) -> "models.PositiveIntegerField[Any, Any]":
    return models.PositiveIntegerField(label, default=0)


class BalanceCell(models.Model):
    """Needs and supply at one place – a département, and in it a bassin – for one filière or one of the other scopes.

    Derived: `actions.refresh` makes all the cells again. A thing of two filières is in both their cells and once in the
    whole: filières do not add up. The fictional things of the demonstration have cells of their own.
    """

    is_demo = models.BooleanField("démonstration", default=False)
    departement = models.ForeignKey(
        Departement, verbose_name="département", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    basin = models.ForeignKey(
        Basin, verbose_name="bassin", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    scope = models.CharField("portée", max_length=8, choices=Scope.choices)
    filiere = models.ForeignKey(
        Filiere, verbose_name="filière", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    # Of the survey: figures told, how many there are, how many are kept secret.
    planned = _count("projets de recrutement publiés")
    difficult = _count("projets jugés difficiles publiés")
    needs = _count("lignes de l’enquête")
    secret = _count("lignes secrètes")
    secret_difficult = _count("lignes dont la difficulté est secrète")
    # Offers open at that instant, and the positions that they say.
    offers = _count("offres ouvertes")
    positions = _count("postes offerts")
    # Trainings at places; rates of employment six months after, in per cent.
    courses = _count("formations en leurs lieux")
    places = _count("places connues")
    unknown_places = _count("formations aux places inconnues")
    rates = _count("taux d’insertion connus")
    rate_sum = _count("somme de ces taux")
    secret_rates = _count("taux d’insertion secrets")

    class Meta:
        verbose_name = "case du bilan besoins–offre"
        verbose_name_plural = "cases du bilan besoins–offre"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="balance_scope_known"),
            models.CheckConstraint(
                condition=Q(scope=Scope.FILIERE, filiere__isnull=False) | (~Q(scope=Scope.FILIERE) & Q(filiere=None)),
                name="balance_filiere_when_of_one",
            ),
            models.CheckConstraint(condition=Q(secret__lte=F("needs")), name="balance_secret_among_needs"),
        ]
        indexes = [models.Index(fields=["is_demo", "scope", "filiere"], name="balance_by_filiere")]

    def __str__(self) -> str:
        return f"{self.departement_id or '–'} {self.basin_id or '–'} {self.filiere_id or self.scope}"


COUNTS = (
    "planned",
    "difficult",
    "needs",
    "secret",
    "secret_difficult",
    "offers",
    "positions",
    "courses",
    "places",
    "unknown_places",
    "rates",
    "rate_sum",
    "secret_rates",
)


class BalanceRun(models.Model):
    """When the cells were made, from what: a row for the register, another for the demonstration."""

    is_demo = models.BooleanField("démonstration", unique=True)
    computed_at = models.DateTimeField("calculé le")
    # Of the survey, and the smallest figure that it tells; null where no survey is loaded.
    year = models.PositiveSmallIntegerField("année de l’enquête", null=True, blank=True)
    smallest = models.PositiveIntegerField("plus petit nombre publié", null=True, blank=True)
    survey = models.ForeignKey(
        Source, verbose_name="enquête", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    # Without them nothing but the survey can be told by bassin.
    has_basin_communes = models.BooleanField("communes des bassins chargées", default=False)

    class Meta:
        verbose_name = "calcul du bilan besoins–offre"
        verbose_name_plural = "calculs du bilan besoins–offre"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.computed_at:%d/%m/%Y %H:%M}"
