"""The college at work: measures proposed, meetings, who sits, and the positions taken."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cmq.applications.models import LabelApplication
from cmq.campaigns.models import Campaign, Seat
from cmq.campuses.models import Campus
from cmq.expertise.models import Advice


class MeasureKind(models.TextChoices):
    """What the authorities may do to a running label of their own motion."""

    EXTENSION = "prolongation", "Prolongation"
    SUSPENSION = "suspension", "Suspension"
    REINSTATEMENT = "levee", "Levée de suspension"
    WITHDRAWAL = "retrait", "Retrait"
    NON_RENEWAL = "non_renouvellement", "Non-renouvellement"

    @property
    def is_adverse(self) -> bool:
        """Whether it takes something from the campus: then the decision gives its remedies."""
        return self in (MeasureKind.SUSPENSION, MeasureKind.WITHDRAWAL, MeasureKind.NON_RENEWAL)


class MeasureState(models.TextChoices):
    """Where a measure stands."""

    HEARING = "contradictoire", "Observations du campus attendues"
    COLLEGE = "college", "Devant le collège"
    DECIDED = "decide", "Décision en signature"
    ADOPTED = "adoptee", "Adoptée"
    DROPPED = "abandonnee", "Abandonnée"


class LabelMeasure(models.Model):
    """A measure on a running label, proposed with reasons; the campus is heard before the college decides."""

    campaign = models.ForeignKey(Campaign, verbose_name="campagne", on_delete=models.PROTECT, related_name="measures")
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.PROTECT, related_name="measures")
    kind = models.CharField("mesure", max_length=20, choices=MeasureKind.choices)
    state = models.CharField("état", max_length=16, choices=MeasureState.choices, default=MeasureState.HEARING)
    # Counts the changes of state, as the step of a file does.
    step = models.PositiveIntegerField("étape", default=0)
    reasons = models.TextField("motifs")
    # No text was found on withdrawal: the legal basis is stated, not coded.
    legal_basis = models.CharField("fondement", max_length=300, blank=True)
    # The last day that an extension would give the label, or of a suspension that ends by itself.
    until = models.DateField("jusqu’au", null=True, blank=True)
    proposed_at = models.DateTimeField("proposée le")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    heard_until = models.DateField("observations attendues jusqu’au")
    observations = models.TextField("observations du campus", blank=True)
    heard_at = models.DateTimeField("observations reçues le", null=True, blank=True)
    dropped_because = models.CharField("abandonnée parce que", max_length=300, blank=True)

    class Meta:
        verbose_name = "mesure sur un label"
        verbose_name_plural = "mesures sur des labels"
        ordering = ["-proposed_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(kind__in=MeasureKind.values), name="measure_kind_known"),
            models.CheckConstraint(condition=Q(state__in=MeasureState.values), name="measure_state_known"),
            models.CheckConstraint(
                condition=~Q(kind=MeasureKind.EXTENSION) | Q(until__isnull=False), name="measure_extension_says_until"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[MeasureKind.EXTENSION, MeasureKind.SUSPENSION]) | Q(until=None),
                name="measure_until_where_it_means_something",
            ),
            models.CheckConstraint(
                condition=Q(heard_at=None, observations="") | (Q(heard_at__isnull=False) & ~Q(observations="")),
                name="measure_heard_is_dated",
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="measure_says_why"),
            models.UniqueConstraint(
                fields=["campus", "kind"],
                condition=~Q(state__in=[MeasureState.ADOPTED, MeasureState.DROPPED]),
                name="measure_one_running_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.campus}"

    def get_absolute_url(self) -> str:
        """Its page in the workspace."""
        return f"/espace/mesures/{self.pk}/"


class MeetingState(models.TextChoices):
    """Where a meeting stands."""

    PREPARED = "preparee", "Préparée"
    OPEN = "ouverte", "Ouverte"
    CLOSED = "close", "Close"


class Meeting(models.Model):
    """A meeting of a campaign's college."""

    campaign = models.ForeignKey(Campaign, verbose_name="campagne", on_delete=models.PROTECT, related_name="meetings")
    title = models.CharField("intitulé", max_length=200)
    held_at = models.DateTimeField("date et heure")
    place = models.CharField("lieu ou lien", max_length=200, blank=True)
    state = models.CharField("état", max_length=10, choices=MeetingState.choices, default=MeetingState.PREPARED)
    opened_at = models.DateTimeField("ouverte le", null=True, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)

    class Meta:
        verbose_name = "séance"
        verbose_name_plural = "séances"
        ordering = ["held_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="meeting_has_title"),
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(state=MeetingState.OPEN), name="meeting_one_open_per_campaign"
            ),
            models.CheckConstraint(
                condition=Q(state=MeetingState.PREPARED, opened_at=None, closed_at=None)
                | Q(state=MeetingState.OPEN, opened_at__isnull=False, closed_at=None)
                | Q(
                    state=MeetingState.CLOSED,
                    opened_at__isnull=False,
                    closed_at__isnull=False,
                    closed_at__gte=F("opened_at"),
                ),
                name="meeting_state_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page in the workspace."""
        return f"/espace/seances/{self.pk}/"


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    """Who sat."""

    def present(self) -> "AttendanceQuerySet":
        """Those who have not left."""
        return self.filter(left_at=None)


class Attendance(models.Model):
    """A seat is filled at a meeting, by its holder or by the deputy; a line each time somebody takes it."""

    meeting = models.ForeignKey(Meeting, verbose_name="séance", on_delete=models.CASCADE, related_name="attendances")
    seat = models.ForeignKey(Seat, verbose_name="siège", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="personne", on_delete=models.PROTECT, related_name="+"
    )
    is_deputy = models.BooleanField("suppléant", default=False)
    arrived_at = models.DateTimeField("arrivée")
    left_at = models.DateTimeField("départ", null=True, blank=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "présence en séance"
        verbose_name_plural = "présences en séance"
        ordering = ["seat__authority__position", "seat__number", "arrived_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "seat"], condition=Q(left_at=None), name="attendance_seat_once"),
            # Nobody sits, and votes, for two seats.
            models.UniqueConstraint(
                fields=["meeting", "person"], condition=Q(left_at=None), name="attendance_person_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("arrived_at")), name="attendance_leaves_after_arrival"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} ({self.seat})"


class AgendaItem(models.Model):
    """One point of a meeting: a file or a measure."""

    meeting = models.ForeignKey(Meeting, verbose_name="séance", on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField("rang")
    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", null=True, blank=True, on_delete=models.CASCADE, related_name="items"
    )
    measure = models.ForeignKey(
        LabelMeasure, verbose_name="mesure", null=True, blank=True, on_delete=models.CASCADE, related_name="items"
    )
    # The rapporteur’s summary that the college reads.
    report = models.TextField("rapport", blank=True)
    # From then on no position changes; the count as it stood.
    concluded_at = models.DateTimeField("vote clos le", null=True, blank=True)
    tally = models.JSONField("décompte", default=dict, blank=True)

    class Meta:
        verbose_name = "point de l’ordre du jour"
        verbose_name_plural = "points de l’ordre du jour"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(application__isnull=False, measure=None) | Q(application=None, measure__isnull=False),
                name="item_is_a_file_or_a_measure",
            ),
            models.UniqueConstraint(fields=["meeting", "application"], name="item_once_per_file"),
            models.UniqueConstraint(fields=["meeting", "measure"], name="item_once_per_measure"),
        ]

    def __str__(self) -> str:
        return str(self.application or self.measure)

    def get_absolute_url(self) -> str:
        """Its page in the workspace."""
        return f"{self.meeting.get_absolute_url()}points/{self.pk}/"

    @property
    def subject(self) -> LabelApplication | LabelMeasure:
        """The file or the measure."""
        subject = self.application or self.measure
        assert subject is not None
        return subject

    @property
    def campus(self) -> Campus:
        """The campus it concerns."""
        return self.subject.campus


class Outcome(models.TextChoices):
    """What the college decides."""

    GRANTED = "accorde", "Accordé"
    DEFERRED = "ajourne", "Ajourné"
    REFUSED = "refuse", "Refusé"


# What each position counts for. A shorter duration is an award: they stand together against the others.
COUNTS_FOR: dict[Advice, Outcome] = {
    Advice.AWARD: Outcome.GRANTED,
    Advice.SHORTER: Outcome.GRANTED,
    Advice.DEFER: Outcome.DEFERRED,
    Advice.REFUSE: Outcome.REFUSED,
}


class Position(models.Model):
    """What a seat holds should be decided, with its reasons; without advice the seat abstains, and says why."""

    item = models.ForeignKey(AgendaItem, verbose_name="point", on_delete=models.CASCADE, related_name="positions")
    seat = models.ForeignKey(Seat, verbose_name="siège", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="personne", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    advice = models.CharField("position", max_length=12, choices=Advice.choices, blank=True)
    # The step of the file on which it was taken: what was said of an earlier state of the file counts no more.
    step = models.PositiveIntegerField("étape du dossier", default=0)
    years = models.PositiveSmallIntegerField("durée plus courte, en années", null=True, blank=True)
    reasons = models.TextField("motifs", blank=True)
    taken_at = models.DateTimeField("prise le")

    class Meta:
        verbose_name = "position"
        verbose_name_plural = "positions"
        ordering = ["seat__authority__position", "seat__number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="position_one_per_seat"),
            models.CheckConstraint(condition=Q(advice__in=["", *Advice.values]), name="position_known"),
            models.CheckConstraint(
                condition=Q(advice=Advice.AWARD) | ~Q(reasons=""), name="position_other_than_award_is_reasoned"
            ),
            models.CheckConstraint(
                condition=Q(advice=Advice.SHORTER, years__isnull=False, years__gte=1, years__lte=4)
                | (~Q(advice=Advice.SHORTER) & Q(years=None)),
                name="position_shorter_says_how_long",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} : {self.get_advice_display() or 'abstention'}"
