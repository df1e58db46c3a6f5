"""Tours that take a campus to its publics: their stops, who registers, who came."""

import datetime as dt
import hashlib
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from cmq.campuses.models import Campus
from cmq.projects.models import Project
from cmq.reference.models import Commune
from cmq.tours.wording import hours
from cmq.tours.zones import is_paris_time, zone_of

MOST_SEATS = 10  # in one registration: beyond it, people write to the campus
MOST_CAPACITY = 5_000


class Audience(models.TextChoices):
    """Whom a stop is for, and who came."""

    PUPILS = "eleves", "Collégiens et lycéens"
    STUDENTS = "etudiants", "Étudiants"
    APPRENTICES = "apprentis", "Apprentis"
    TRAINEES = "stagiaires", "Stagiaires d’IFAS, d’IFSI et de la formation continue"
    PROFESSIONALS = "professionnels", "Professionnels"
    JOB_SEEKERS = "demandeurs_emploi", "Demandeurs d’emploi"
    PUBLIC = "grand_public", "Grand public"


class TourQuerySet(models.QuerySet["Tour"]):
    """Tours."""

    def public(self) -> "TourQuerySet":
        """Those shown to everyone."""
        return self.filter(is_published=True)


class Tour(models.Model):
    """A space, an exhibition, a workshop that a campus takes from place to place."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="tours")
    project = models.ForeignKey(
        Project, verbose_name="projet", null=True, blank=True, on_delete=models.SET_NULL, related_name="tours"
    )
    slug = models.SlugField("adresse", max_length=100, unique=True)
    title = models.CharField("titre", max_length=150)
    summary = models.TextField("présentation", max_length=3000)
    contact = models.EmailField("adresse de contact, publique", max_length=254, blank=True)
    is_published = models.BooleanField("publiée", default=False)
    version = models.PositiveIntegerField("version", default=1)
    created_at = models.DateTimeField("créée le")

    objects = TourQuerySet.as_manager()

    class Meta:
        verbose_name = "tournée"
        verbose_name_plural = "tournées"
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(slug="") & ~Q(summary=""), name="tour_is_described"),
            models.UniqueConstraint(fields=["campus", "title"], name="tour_title_once_in_a_campus"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"/agenda/{self.slug}/"


class Booking(models.TextChoices):
    """How people come to a stop."""

    NONE = "sans", "Entrée libre, sans inscription"
    OPEN = "ouverte", "Inscriptions ouvertes"
    CLOSED = "close", "Inscriptions closes"


class StopState(models.TextChoices):
    """What became of a stop."""

    PLANNED = "prevue", "Prévue"
    CANCELLED = "annulee", "Annulée"
    HELD = "tenue", "Tenue"


class StopQuerySet(models.QuerySet["Stop"]):
    """Stops."""

    def standing(self) -> "StopQuerySet":
        """Without the cancelled ones."""
        return self.exclude(state=StopState.CANCELLED)

    def public(self) -> "StopQuerySet":
        """Those of published tours; the cancelled ones stay readable, for people must know."""
        return self.filter(tour__is_published=True)

    def upcoming(self, at: dt.datetime) -> "StopQuerySet":
        """Planned, and not over."""
        return self.filter(state=StopState.PLANNED, ends_at__gt=at)

    def for_lists(self) -> "StopQuerySet":
        """With what a list shows, in two queries."""
        return self.select_related("tour__campus__filiere", "commune__departement__region").prefetch_related(
            "audiences"
        )


class Stop(models.Model):
    """A tour at one place, from an instant to another."""

    tour = models.ForeignKey(Tour, verbose_name="tournée", on_delete=models.CASCADE, related_name="stops")
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin")
    commune = models.ForeignKey(Commune, verbose_name="commune", on_delete=models.PROTECT, related_name="stops")
    place = models.CharField("lieu", max_length=150)
    address = models.CharField("adresse", max_length=250, blank=True)
    description = models.TextField("programme", max_length=2000, blank=True)
    accessibility = models.TextField("accessibilité", max_length=1000, blank=True)
    booking = models.CharField("inscription", max_length=8, choices=Booking.choices, default=Booking.NONE)
    capacity = models.PositiveIntegerField(
        "places", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_CAPACITY)]
    )
    # The sum of the confirmed registrations, kept under the lock of this row: SQL itself refuses one seat too many.
    taken = models.PositiveIntegerField("places prises", default=0)
    state = models.CharField("état", max_length=8, choices=StopState.choices, default=StopState.PLANNED)
    reason = models.CharField("motif de l’annulation", max_length=300, blank=True)
    version = models.PositiveIntegerField("version", default=1)

    objects = StopQuerySet.as_manager()

    class Meta:
        verbose_name = "étape"
        verbose_name_plural = "étapes"
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["ends_at", "state"], name="stop_by_time")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="stop_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(place=""), name="stop_has_place"),
            models.UniqueConstraint(
                fields=["tour", "starts_at"], condition=~Q(state=StopState.CANCELLED), name="stop_one_at_one_hour"
            ),
            models.CheckConstraint(
                condition=Q(booking=Booking.NONE) | Q(capacity__isnull=False, capacity__gte=1),
                name="stop_with_registration_has_seats",
            ),
            models.CheckConstraint(
                condition=Q(taken=0) | Q(capacity__isnull=False, taken__lte=F("capacity")),
                name="stop_is_never_overbooked",
            ),
            models.CheckConstraint(
                condition=~Q(state=StopState.CANCELLED) | ~Q(reason=""), name="stop_is_cancelled_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.commune.name}, {self.starts:%d/%m/%Y}"

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"/agenda/{self.tour.slug}/{self.pk}/"

    @property
    def zone(self) -> ZoneInfo:
        """The time of its commune."""
        return zone_of(self.commune)

    @property
    def starts(self) -> dt.datetime:
        """When it starts, on the clocks of the place."""
        return self.starts_at.astimezone(self.zone)

    @property
    def ends(self) -> dt.datetime:
        """When it ends, on the clocks of the place."""
        return self.ends_at.astimezone(self.zone)

    @property
    def has_begun(self) -> bool:
        """Whether it has started: nobody registers any more."""
        return self.starts_at <= timezone.now()

    @property
    def when(self) -> str:
        """Its day and hours in French, on the clocks of the place."""
        return hours(self.starts, self.ends, is_paris=is_paris_time(self.zone))

    @property
    def where(self) -> str:
        """Its place on one line."""
        return ", ".join(filter(None, (self.place, self.address, self.commune.name)))

    @property
    def left(self) -> int:
        """Seats that nobody has."""
        return (self.capacity or 0) - self.taken

    @property
    def audience_labels(self) -> list[str]:
        """Whom it is for, in the order of the list."""
        own = {each.audience for each in self.audiences.all()}
        return [str(label) for value, label in Audience.choices if value in own]


class StopAudience(models.Model):
    """One of the publics that a stop is for."""

    stop = models.ForeignKey(Stop, verbose_name="étape", on_delete=models.CASCADE, related_name="audiences")
    audience = models.CharField("public", max_length=20, choices=Audience.choices)

    class Meta:
        verbose_name = "public d’une étape"
        verbose_name_plural = "publics des étapes"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["stop", "audience"], name="stop_audience_once")]

    def __str__(self) -> str:
        return str(self.get_audience_display())


class Attendance(models.Model):
    """How many people of one public came to a stop."""

    stop = models.ForeignKey(Stop, verbose_name="étape", on_delete=models.CASCADE, related_name="attendances")
    audience = models.CharField("public", max_length=20, choices=Audience.choices)
    number = models.PositiveIntegerField("personnes")

    class Meta:
        verbose_name = "présence"
        verbose_name_plural = "présences"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["stop", "audience"], name="attendance_once_per_audience"),
            models.CheckConstraint(condition=Q(number__gte=1), name="attendance_counts_someone"),
        ]

    def __str__(self) -> str:
        return f"{self.get_audience_display()} : {self.number}"


class RegistrationState(models.TextChoices):
    """Where a registration stands. Only a confirmed one has seats."""

    ASKED = "demandee", "À confirmer"
    CONFIRMED = "confirmee", "Confirmée"
    WAITING = "attente", "Sur liste d’attente"
    CANCELLED = "annulee", "Annulée"


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Registrations."""

    def alive(self) -> "RegistrationQuerySet":
        """Those who come or wait."""
        return self.filter(state__in=[RegistrationState.CONFIRMED, RegistrationState.WAITING])

    def in_line(self) -> "RegistrationQuerySet":
        """Those who wait, first come first."""
        return self.filter(state=RegistrationState.WAITING).order_by("confirmed_at", "pk")


class Registration(models.Model):
    """Somebody wants seats at a stop. Personal data, erased some days after the stop (`rules.KEPT_DAYS`)."""

    stop = models.ForeignKey(Stop, verbose_name="étape", on_delete=models.CASCADE, related_name="registrations")
    name = models.CharField("nom", max_length=120, blank=True)
    email = models.EmailField("adresse électronique", max_length=254, blank=True)
    audience = models.CharField("public", max_length=20, choices=Audience.choices)
    seats = models.PositiveSmallIntegerField("places")
    state = models.CharField("état", max_length=10, choices=RegistrationState.choices, default=RegistrationState.ASKED)
    # The link of the letters is an HMAC of this key with the site's secret; its digest finds the row.
    key = models.CharField("clé", max_length=32, editable=False)
    digest = models.CharField("empreinte du lien", max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField("demandée le")
    confirmed_at = models.DateTimeField("confirmée le", null=True, blank=True)
    erased_at = models.DateTimeField("données effacées le", null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription"
        verbose_name_plural = "inscriptions"
        ordering = ["asked_at", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=Q(seats__gte=1, seats__lte=MOST_SEATS), name="registration_seats"),
            models.UniqueConstraint(
                fields=["stop", "email"],
                condition=Q(erased_at=None) & ~Q(state=RegistrationState.CANCELLED),
                name="registration_once_per_address",
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None) & ~Q(email="") & ~Q(name="")
                | Q(erased_at__isnull=False, email="", name=""),
                name="registration_is_someone_until_erased",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[RegistrationState.ASKED, RegistrationState.CANCELLED])
                | Q(confirmed_at__isnull=False),
                name="registration_counts_once_confirmed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.seats} place{'s' if self.seats > 1 else ''}"

    @property
    def token(self) -> str:
        """What the link of its letters ends with; the database alone does not tell it."""
        return salted_hmac("cmq.tours.registration", self.key, algorithm="sha256").hexdigest()


def digest_of(token: str) -> str:
    """What a registration is found by."""
    return hashlib.sha256(token.encode()).hexdigest()
