"""The college at work: measures proposed, meetings, who sits, and the positions taken."""

from django.conf import settings
from django.db import models
from django.db.models import Q

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
    reasons = models.TextField("motifs")
    # No text was found on withdrawal: the legal basis is stated, not coded.
    legal_basis = models.CharField("fondement", max_length=300, blank=True)
    proposed_at = models.DateTimeField("proposée le")
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    heard_until = models.DateField("observations attendues jusqu’au")
    observations = models.TextField("observations du campus", blank=True)
    heard_at = models.DateTimeField("observations reçues le", null=True, blank=True)

    class Meta:
        verbose_name = "mesure sur un label"
        verbose_name_plural = "mesures sur des labels"
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reasons=""), name="measure_says_why"),
            models.UniqueConstraint(
                fields=["campus", "kind"],
                condition=~Q(state__in=[MeasureState.ADOPTED, MeasureState.DROPPED]),
                name="measure_one_running_per_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} – {self.campus}"


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
        ]

    def __str__(self) -> str:
        return self.title


class Attendance(models.Model):
    """A seat is filled at a meeting, by its holder or by the deputy."""

    meeting = models.ForeignKey(Meeting, verbose_name="séance", on_delete=models.CASCADE, related_name="attendances")
    seat = models.ForeignKey(Seat, verbose_name="siège", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="personne", on_delete=models.PROTECT, related_name="+"
    )
    is_deputy = models.BooleanField("suppléant", default=False)
    arrived_at = models.DateTimeField("arrivée")
    left_at = models.DateTimeField("départ", null=True, blank=True)

    class Meta:
        verbose_name = "présence en séance"
        verbose_name_plural = "présences en séance"
        ordering = ["seat__authority__position", "seat__number"]
        constraints = [models.UniqueConstraint(fields=["meeting", "seat"], name="attendance_one_per_seat")]

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

    @property
    def campus(self) -> Campus:
        """The campus it concerns."""
        subject = self.application or self.measure
        assert subject is not None
        return subject.campus


class Position(models.Model):
    """What a seat holds should be decided, with its reasons."""

    item = models.ForeignKey(AgendaItem, verbose_name="point", on_delete=models.CASCADE, related_name="positions")
    seat = models.ForeignKey(Seat, verbose_name="siège", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="personne", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    advice = models.CharField("position", max_length=12, choices=Advice.choices)
    years = models.PositiveSmallIntegerField("durée plus courte, en années", null=True, blank=True)
    reasons = models.TextField("motifs", blank=True)
    taken_at = models.DateTimeField("prise le")

    class Meta:
        verbose_name = "position"
        verbose_name_plural = "positions"
        ordering = ["seat__authority__position", "seat__number"]
        constraints = [
            models.UniqueConstraint(fields=["item", "seat"], name="position_one_per_seat"),
            models.CheckConstraint(
                condition=Q(advice=Advice.AWARD) | ~Q(reasons=""), name="position_other_than_award_is_reasoned"
            ),
            models.CheckConstraint(
                condition=Q(advice=Advice.SHORTER, years__gte=1, years__lte=4)
                | (~Q(advice=Advice.SHORTER) & Q(years=None)),
                name="position_shorter_says_how_long",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.seat} : {self.get_advice_display()}"
