"""The label as a series of dated decisions, and the periods that follow from it."""

import datetime as dt
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from cmq.campuses.models import Campus, Category
from cmq.core.days import years_after
from cmq.core.models import AppendOnlyError, Sourced
from cmq.core.partial_dates import PartialDate, PartialDateField
from cmq.reference.models import Filiere, Region

# D.335-34 du code de l’éducation: five years at most since 2019, four before.
MAX_YEARS = 5


class DecisionKind(models.TextChoices):
    """What happened to the label."""

    PROJECT = "projet", "En projet"
    AWARDED = "obtenu", "Label obtenu"
    RENEWED = "renouvele", "Label renouvelé"
    RAISED = "excellence", "Passage à l’excellence"
    EXTENDED = "prolonge", "Prolongation du label"
    SUSPENDED = "suspendu", "Suspension du label"
    RESTORED = "retabli", "Levée de la suspension"
    RENAMED = "renomme", "Changement de nom"
    PERIMETER = "perimetre", "Changement de périmètre"
    MERGED = "fusionne", "Fusion"
    NOT_RENEWED = "non_renouvele", "Renouvellement refusé"
    WITHDRAWN = "retire", "Retrait du label"
    ENDED = "fin", "Fin du label"
    INAUGURATED = "inaugure", "Inauguration"

    @property
    def opens_label(self) -> bool:
        """Whether a period under label begins with it."""
        return self in (DecisionKind.AWARDED, DecisionKind.RENEWED, DecisionKind.RAISED)

    @property
    def closes_label(self) -> bool:
        """Whether the period under label stops with it."""
        return self in (DecisionKind.ENDED, DecisionKind.WITHDRAWN)

    @property
    def needs_label(self) -> bool:
        """Whether it says something of a label that runs, and nothing without one."""
        return self in (
            DecisionKind.EXTENDED,
            DecisionKind.SUSPENDED,
            DecisionKind.RESTORED,
            DecisionKind.WITHDRAWN,
            DecisionKind.NOT_RENEWED,
        )


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
        """Those that no later line corrects or voids."""
        return self.filter(corrected_by=None, is_void=False)

    def replaced(self) -> "LabelDecisionQuerySet":
        """Lines that a later one corrected or voided, for the history."""
        return self.filter(corrected_by__isnull=False)

    def unmatched(self) -> "LabelDecisionQuerySet":
        """Real awards whose campus no source names: they wait for the keeper."""
        return self.standing().filter(campus=None)

    def in_time_order(self) -> "LabelDecisionQuerySet":
        """Oldest first; of one day, in the order of entry."""
        return self.order_by("decided_on", "pk")

    def update(self, **kwargs: Any) -> int:
        """Refused."""
        raise AppendOnlyError("a label decision is corrected by a new line")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise AppendOnlyError("a label decision is voided by a new line")

    def delete_demonstration(self) -> None:
        """Take the decisions of fictional campuses away, the last lines of each chain first."""
        demo = self.filter(campus__is_demo=True)
        while demo.exists():
            super(LabelDecisionQuerySet, demo.filter(corrected_by=None, other_dates=None)).delete()


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
    kind = models.CharField("décision", max_length=16, choices=DecisionKind.choices)
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
    # A line that was entered by mistake: this one, which corrects it, says that nothing of the kind was decided.
    is_void = models.BooleanField("annule la ligne corrigée", default=False)
    void_reason = models.CharField("motif de l’annulation", max_length=300, blank=True)

    objects = LabelDecisionQuerySet.as_manager()

    class Meta:
        verbose_name = "décision de label"
        verbose_name_plural = "décisions de label"
        ordering = ["decided_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(campus__isnull=False) | ~Q(claimed_name=""), name="decision_has_campus_or_name"
            ),
            models.CheckConstraint(
                condition=Q(duration_years=None) | Q(duration_years__gte=1, duration_years__lte=MAX_YEARS),
                name="decision_lasts_one_to_five_years",
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="decision_ends_after_start",
            ),
            models.CheckConstraint(condition=Q(category__in=["", *Category.values]), name="decision_category_known"),
            models.CheckConstraint(
                condition=Q(is_void=False, void_reason="")
                | (Q(is_void=True, corrects__isnull=False) & ~Q(void_reason="")),
                name="decision_void_corrects_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.decided_on}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert, and add a later day of observation: another source says the same. Nothing else."""
        if not self._state.adding and set(kwargs.get("update_fields") or ["*"]) != {"observed_on"}:
            raise AppendOnlyError("a label decision is corrected by a new line")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise AppendOnlyError("a label decision is voided by a new line")

    @property
    def effective_on(self) -> PartialDate:
        """When it takes effect: its stated start, else its own date."""
        date: PartialDate = self.starts_on or self.decided_on
        return date


def lasts_too_long(starts_by: dt.date, ends_from: dt.date | None) -> bool:
    """Whether a label certainly lasts more than D.335-34 du code de l’éducation allows."""
    return ends_from is not None and ends_from >= years_after(starts_by, MAX_YEARS)


class LabelQuerySet(models.QuerySet["Label"]):
    """Periods under label. On any day a campus held the label, perhaps held it, or did not.

    A suspended label is held, and not in force: the suspension takes nothing from the label but its use, and a lifting
    gives it back with its old end.
    """

    def held_on(self, day: dt.date) -> "LabelQuerySet":
        """Held for certain, suspended or not: begun by then at the latest, and a known end not reached."""
        return self.filter(starts_by__lte=day, ends_from__gte=day)

    def perhaps_held_on(self, day: dt.date) -> "LabelQuerySet":
        """Begun at the earliest and not known to be over, but not certain."""
        return (
            self.filter(starts_from__lte=day)
            .filter(Q(ends_by=None) | Q(ends_by__gte=day))
            .exclude(starts_by__lte=day, ends_from__isnull=False, ends_from__gte=day)
        )

    def suspended_on(self, day: dt.date) -> "LabelQuerySet":
        """Held, and suspended for certain."""
        return self.held_on(day).filter(Exists(LabelSuspension.objects.certain_on(day).filter(label=OuterRef("pk"))))

    def in_force_on(self, day: dt.date) -> "LabelQuerySet":
        """Held, and for certain not suspended."""
        return self.held_on(day).exclude(Exists(LabelSuspension.objects.possible_on(day).filter(label=OuterRef("pk"))))

    def of_campus(self, campus: Campus) -> "LabelQuerySet":
        """The labels of a campus, oldest first, with all that its page tells of them; two queries."""
        return (
            self.filter(campus=campus)
            .select_related("decision", "extended_by", "closed_by", "not_renewed_by")
            .prefetch_related("suspensions__decision")
            .order_by("starts_from")
        )

    def current(self, on: dt.date) -> "LabelQuerySet":
        """The certain labels of a day: « is this campus labelled? »"""
        return self.held_on(on)


class Label(models.Model):
    """A period during which a campus holds the label, as far as its decisions tell. Derived by `actions` only.

    A partly known date spans from its first to its last possible day. An unknown end is null; `ends_by` alone is known
    where a later decision took over without a source saying when this label ran out, `ends_from` alone where the label
    was extended without a source saying until when.

    Rows are made anew at each decision. What outlives them is `original`: other rooms refer to a label by it.
    """

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="labels")
    decision = models.OneToOneField(
        LabelDecision, verbose_name="décision", on_delete=models.CASCADE, related_name="label"
    )
    original = models.OneToOneField(
        LabelDecision, verbose_name="première ligne de la décision", on_delete=models.CASCADE, related_name="+"
    )
    category = models.CharField("catégorie", max_length=12, choices=Category.choices, blank=True)
    starts_from = models.DateField("commence au plus tôt le")
    starts_by = models.DateField("commence au plus tard le")
    ends_from = models.DateField("dernier jour, au plus tôt", null=True, blank=True)
    ends_by = models.DateField("dernier jour, au plus tard", null=True, blank=True)
    end_is_computed = models.BooleanField("fin calculée (date + durée)", default=False)
    extended_by = models.ForeignKey(
        LabelDecision,
        verbose_name="dernière prolongation",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )
    closed_by = models.ForeignKey(
        LabelDecision, verbose_name="fin ou retrait", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    not_renewed_by = models.ForeignKey(
        LabelDecision,
        verbose_name="refus de renouvellement",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="+",
    )

    objects = LabelQuerySet.as_manager()

    class Meta:
        verbose_name = "label"
        verbose_name_plural = "labels"
        ordering = ["campus", "starts_from"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_by__gte=F("starts_from")), name="label_start_bounds"),
            models.CheckConstraint(
                condition=Q(ends_from=None) | Q(ends_by=None) | Q(ends_by__gte=F("ends_from")), name="label_end_bounds"
            ),
            models.CheckConstraint(
                condition=Q(ends_by=None) | Q(ends_by__gte=F("starts_from")), name="label_ends_after_start"
            ),
            models.UniqueConstraint(fields=["campus", "starts_from"], name="label_one_per_start"),
        ]

    def __str__(self) -> str:
        return f"{self.campus} depuis {self.starts_from:%d/%m/%Y}"

    @property
    def is_too_long(self) -> bool:
        """Whether it certainly lasts more than five years in all."""
        return lasts_too_long(self.starts_by, self.ends_from)

    def contains(self, day: dt.date) -> bool:
        """Whether the label is held for certain on that day."""
        return self.starts_by <= day and self.ends_from is not None and day <= self.ends_from


class LabelSuspensionQuerySet(models.QuerySet["LabelSuspension"]):
    """Stretches of suspension."""

    def certain_on(self, day: dt.date) -> "LabelSuspensionQuerySet":
        """Begun by then at the latest, and not over: a suspension lasts until it is lifted or its label ends."""
        return self.filter(starts_by__lte=day).filter(
            Q(ends_from__gte=day) | Q(ends_from=None, ends_by=None) | Q(ends_from=None, ends_by__gte=day)
        )

    def possible_on(self, day: dt.date) -> "LabelSuspensionQuerySet":
        """Perhaps begun, and not known to be over."""
        return self.filter(starts_from__lte=day).filter(Q(ends_by=None) | Q(ends_by__gte=day))


class LabelSuspension(models.Model):
    """A stretch of a label during which it is suspended. Derived by `actions` only, like the label."""

    label = models.ForeignKey(Label, verbose_name="label", on_delete=models.CASCADE, related_name="suspensions")
    decision = models.OneToOneField(
        LabelDecision, verbose_name="décision", on_delete=models.CASCADE, related_name="suspension"
    )
    lifted_by = models.ForeignKey(
        LabelDecision, verbose_name="levée", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    starts_from = models.DateField("commence au plus tôt le")
    starts_by = models.DateField("commence au plus tard le")
    ends_from = models.DateField("dernier jour, au plus tôt", null=True, blank=True)
    ends_by = models.DateField("dernier jour, au plus tard", null=True, blank=True)

    objects = LabelSuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = "suspension"
        verbose_name_plural = "suspensions"
        ordering = ["label", "starts_from"]
        constraints = [
            models.CheckConstraint(condition=Q(starts_by__gte=F("starts_from")), name="suspension_start_bounds"),
            models.CheckConstraint(
                condition=Q(ends_from=None) | Q(ends_by=None) | Q(ends_by__gte=F("ends_from")),
                name="suspension_end_bounds",
            ),
            models.CheckConstraint(
                condition=Q(ends_by=None) | Q(ends_by__gte=F("starts_from")), name="suspension_ends_after_start"
            ),
            models.UniqueConstraint(fields=["label", "starts_from"], name="suspension_one_per_start"),
        ]

    def __str__(self) -> str:
        return f"Suspension du {self.starts_from:%d/%m/%Y}"
