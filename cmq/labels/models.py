"""The label as a series of dated decisions, and the periods that follow from it."""

import datetime as dt

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from cmq.campuses.models import Campus, Category
from cmq.core.models import Sourced
from cmq.core.partial_dates import PartialDate, PartialDateField
from cmq.reference.models import Filiere, Region


class DecisionKind(models.TextChoices):
    """What happened to the label."""

    PROJECT = "projet", "En projet"
    AWARDED = "obtenu", "Label obtenu"
    RENEWED = "renouvele", "Label renouvelé"
    RAISED = "excellence", "Passage à l’excellence"
    RENAMED = "renomme", "Changement de nom"
    PERIMETER = "perimetre", "Changement de périmètre"
    MERGED = "fusionne", "Fusion"
    ENDED = "fin", "Fin du label"
    INAUGURATED = "inaugure", "Inauguration"

    @property
    def opens_label(self) -> bool:
        """Whether a period under label begins with it."""
        return self in (DecisionKind.AWARDED, DecisionKind.RENEWED, DecisionKind.RAISED)

    @property
    def closes_label(self) -> bool:
        """Whether the period under label stops with it."""
        return self is DecisionKind.ENDED


class DateNature(models.TextChoices):
    """What the date of a decision is the date of. Only an event is the date of the act itself."""

    EVENT = "evenement", "date de l’événement"
    ANNOUNCEMENT = "annonce", "date de l’annonce"
    OBSERVED_START = "debut_constate", "début constaté"
    NO_LATER = "constat", "constaté au plus tard à cette date"


class Verification(models.TextChoices):
    """How the source was used."""

    READ = "lu", "lu dans la source"
    RELAYED = "repris", "repris d’un relevé précédent"


class LabelDecisionQuerySet(models.QuerySet["LabelDecision"]):
    """Decisions."""

    def standing(self) -> "LabelDecisionQuerySet":
        """Those that no later line corrects."""
        return self.filter(corrected_by=None)

    def unmatched(self) -> "LabelDecisionQuerySet":
        """Real awards whose campus no source names: they wait for the keeper."""
        return self.standing().filter(campus=None)

    def in_time_order(self) -> "LabelDecisionQuerySet":
        """Oldest first; of one day, in the order of entry."""
        return self.order_by("decided_on", "pk")


class LabelDecision(Sourced):
    """One dated decision or event in the life of a label. Never rewritten: a correction is a new line that names it."""

    campus = models.ForeignKey(
        Campus, verbose_name="campus", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    # For an award whose source does not name the campus.
    claimed_name = models.CharField("nom donné par la source", max_length=250, blank=True)
    region = models.ForeignKey(Region, verbose_name="région", on_delete=models.PROTECT, related_name="decisions")
    filiere = models.ForeignKey(
        Filiere, verbose_name="filière", null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    kind = models.CharField("décision", max_length=12, choices=DecisionKind.choices)
    decided_on = PartialDateField("date", null=False, blank=False)
    date_nature = models.CharField(
        "nature de la date", max_length=16, choices=DateNature.choices, default=DateNature.EVENT
    )
    category = models.CharField("catégorie", max_length=12, choices=Category.choices, blank=True)
    duration_years = models.PositiveSmallIntegerField("durée en années", null=True, blank=True)
    act = models.CharField("acte", max_length=200, blank=True)
    nor = models.CharField(
        "numéro NOR",
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{4}\d{7}[A-Z]$", "Un NOR s’écrit comme MENE1925423A.")],
    )
    signed_on = PartialDateField("signé le")
    published_on = PartialDateField("publié le")
    notified_on = PartialDateField("notifié le")
    starts_on = PartialDateField("prend effet le")
    ends_on = PartialDateField("prend fin le")
    verification = models.CharField(
        "vérification", max_length=8, choices=Verification.choices, default=Verification.READ
    )
    # Another source's date for the same event: kept and shown, without a period of its own.
    same_event_as = models.ForeignKey(
        "self",
        verbose_name="même événement que",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="other_dates",
    )
    corrects = models.OneToOneField(
        "self", verbose_name="corrige", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by"
    )

    objects = LabelDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision de label"
        verbose_name_plural = "décisions de label"
        ordering = ["decided_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(campus__isnull=False) | ~Q(claimed_name=""), name="decision_has_campus_or_name"
            ),
            # D.335-34 du code de l’éducation: five years at most since 2019, four before.
            models.CheckConstraint(
                condition=Q(duration_years=None) | Q(duration_years__gte=1, duration_years__lte=5),
                name="decision_lasts_one_to_five_years",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="decision_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(category__in=["", *Category.values]), name="decision_category_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.decided_on}"

    @property
    def effective_on(self) -> PartialDate:
        """When it takes effect: its stated start, else its own date."""
        date: PartialDate = self.starts_on or self.decided_on
        return date


class LabelQuerySet(models.QuerySet["Label"]):
    """Periods under label. On any day a campus held the label, perhaps held it, or did not."""

    def held_on(self, day: dt.date) -> "LabelQuerySet":
        """Held for certain: begun by then at the latest, and a known end not reached."""
        return self.filter(starts_by__lte=day, ends_from__gte=day)

    def perhaps_held_on(self, day: dt.date) -> "LabelQuerySet":
        """Begun at the earliest and not known to be over, but not certain."""
        return (
            self.filter(starts_from__lte=day)
            .filter(Q(ends_by=None) | Q(ends_by__gte=day))
            .exclude(starts_by__lte=day, ends_from__isnull=False, ends_from__gte=day)
        )

    def current(self, on: dt.date) -> "LabelQuerySet":
        """The certain labels of a day: « is this campus labelled? »"""
        return self.held_on(on)


class Label(models.Model):
    """A period during which a campus holds the label, as far as its decisions tell. Derived by `actions` only.

    A partly known date spans from its first to its last possible day. An unknown end is null; `ends_by` alone is known
    where a later decision took over without a source saying when this label ran out.
    """

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="labels")
    decision = models.OneToOneField(
        LabelDecision, verbose_name="décision", on_delete=models.CASCADE, related_name="label"
    )
    category = models.CharField("catégorie", max_length=12, choices=Category.choices, blank=True)
    starts_from = models.DateField("commence au plus tôt le")
    starts_by = models.DateField("commence au plus tard le")
    ends_from = models.DateField("dernier jour, au plus tôt", null=True, blank=True)
    ends_by = models.DateField("dernier jour, au plus tard", null=True, blank=True)
    end_is_computed = models.BooleanField("fin calculée (date + durée)", default=False)

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = "label"
        verbose_name_plural = "labels"
        ordering = ["campus", "starts_from"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_by__gte=F("starts_from")), name="label_start_bounds"),
            models.CheckConstraint(
                condition=Q(ends_from=None) | Q(ends_by__gte=F("ends_from")), name="label_end_bounds"
            ),
            models.CheckConstraint(
                condition=Q(ends_by=None) | Q(ends_by__gte=F("starts_from")), name="label_ends_after_start"
            ),
            models.UniqueConstraint(fields=["campus", "starts_from"], name="label_one_per_start"),
        ]

    def __str__(self) -> str:
        return f"{self.campus} depuis {self.starts_from:%d/%m/%Y}"

    def contains(self, day: dt.date) -> bool:
        """Whether the label is held for certain on that day."""
        return self.starts_by <= day and self.ends_from is not None and day <= self.ends_from
