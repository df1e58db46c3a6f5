"""The change feed, the sources of facts and the outbox: what every floor above stands on."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from cmq.core.canonical import CanonicalJSONField
from cmq.core.partial_dates import PartialDateField


class AppendOnlyError(TypeError):
    """Something tried to rewrite history."""


class ChangeQuerySet(models.QuerySet["Change"]):
    """The feed in order; it can be read, never rewritten."""

    def after(self, position: int) -> "ChangeQuerySet":
        """The changes that came after `position`, oldest first."""
        return self.filter(position__gt=position).order_by("position")

    def public(self) -> "ChangeQuerySet":
        """Without what concerns the workspace only."""
        return self.filter(is_private=False)

    def about(self, subject: models.Model) -> "ChangeQuerySet":
        """The changes of one object, newest first."""
        return self.filter(model=subject._meta.label_lower, key=str(subject.pk)).order_by("-position")

    def update(self, **kwargs: Any) -> int:
        """Refused."""
        raise AppendOnlyError("the change feed is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise AppendOnlyError("the change feed is append-only")


class Change(models.Model):
    """One line of the change feed: what was done, by whom, to what. Written by `core.feed` only."""

    position = models.BigIntegerField("position", primary_key=True)
    at = models.DateTimeField("fait le")
    by = models.BigIntegerField("numéro de la personne", null=True, blank=True)
    act = models.CharField("acte", max_length=80)
    model = models.CharField("sorte d’objet", max_length=80)
    key = models.CharField("objet", max_length=64, blank=True)
    # A bulk load is one line with its range.
    first_key = models.CharField("premier objet", max_length=64, blank=True)
    last_key = models.CharField("dernier objet", max_length=64, blank=True)
    count = models.PositiveIntegerField("nombre d’objets", default=1)
    summary = models.CharField("résumé", max_length=400)
    diff = CanonicalJSONField("différence", default=dict, blank=True)
    # Concerns nobody outside the workspace: what follows the public part of the feed need not look at it.
    is_private = models.BooleanField("interne", default=False)
    digest = models.CharField("empreinte chaînée", max_length=64)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "changement"
        verbose_name_plural = "changements"
        ordering = ["position"]
        indexes = [models.Index(fields=["model", "key", "position"], name="change_by_subject")]
        constraints = [
            models.CheckConstraint(condition=Q(position__gte=1), name="change_position_from_one"),
            models.CheckConstraint(
                condition=(~Q(key="") & Q(first_key="")) | (Q(key="") & ~Q(first_key="")),
                name="change_one_object_or_a_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.summary}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        if not self._state.adding:
            raise AppendOnlyError("the change feed is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused."""
        raise AppendOnlyError("the change feed is append-only")


class FeedHead(models.Model):
    """The last position and digest given out; its one row is the lock that puts writers in order."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    position = models.BigIntegerField(default=0)
    # The last position of a line that is not private.
    public_position = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    class Meta:
        verbose_name = "tête du fil des changements"
        verbose_name_plural = "tête du fil des changements"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="feed_has_one_head")]

    def __str__(self) -> str:
        return f"position {self.position}"


class JournalStamp(models.Model):
    """The word of a time-stamping authority (RFC 3161) that the journal went this far at an instant."""

    position = models.BigIntegerField("position", unique=True)
    digest = models.CharField("empreinte", max_length=64)
    stamped_at = models.DateTimeField("horodaté le")
    # The authority's whole answer (TimeStampResp, DER), as `openssl ts -verify` reads it.
    token = models.BinaryField("jeton")

    class Meta:
        verbose_name = "horodatage du journal"
        verbose_name_plural = "horodatages du journal"
        ordering = ["position"]
        constraints = [models.CheckConstraint(condition=Q(position__gte=1), name="stamp_position_from_one")]

    def __str__(self) -> str:
        return f"position {self.position}, {self.stamped_at:%d/%m/%Y %H:%M}"


class Source(models.Model):
    """A document, page or file that states facts: its title, its address, its own date where it bears one."""

    title = models.CharField("titre", max_length=300)
    url = models.URLField("adresse", max_length=600, blank=True)
    published_on = PartialDateField("date portée par la source")

    class Meta:
        verbose_name = "source"
        verbose_name_plural = "sources"
        ordering = ["title"]
        constraints = [
            models.UniqueConstraint(fields=["title", "url"], name="source_once"),
            models.CheckConstraint(condition=~Q(title=""), name="source_has_title"),
        ]

    def __str__(self) -> str:
        return self.title


class Reliability(models.TextChoices):
    """How far a statement can be trusted, as judged by who recorded it."""

    HIGH = "haute", "haute"
    MEDIUM = "moyenne", "moyenne"
    LOW = "faible", "faible"
    UNKNOWN = "", "non évaluée"

    @property
    def rank(self) -> int:
        """3 for high … 0 for unknown."""
        return {"haute": 3, "moyenne": 2, "faible": 1}.get(self.value, 0)


class Sourced(models.Model):
    """A statement with its origin. No source, no date or no reliability means « unknown », and is shown so."""

    sources = models.ManyToManyField(Source, verbose_name="sources", blank=True, related_name="+")
    observed_on = PartialDateField("constaté le")
    reliability = models.CharField(
        "fiabilité", max_length=8, choices=Reliability.choices, default=Reliability.UNKNOWN, blank=True
    )
    is_deduced = models.BooleanField("déduit par le registre", default=False)
    note = models.TextField("note", blank=True)

    class Meta:
        abstract = True


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    """The outbox."""

    def waiting(self) -> "OutgoingMailQuerySet":
        """Not sent yet, oldest first."""
        return self.filter(sent_at=None).order_by("pk")


class OutgoingMail(models.Model):
    """One letter in the outbox, kept with what became of it."""

    # Once per event and person: a second request for the same letter finds this key and stops.
    key = models.CharField("clé", max_length=200, unique=True)
    to = models.EmailField("destinataire", max_length=254)
    subject = models.CharField("objet", max_length=200)
    text = models.TextField("texte", blank=True)
    # A letter that bears a key (invitation, new password): its text goes when it has left.
    is_secret = models.BooleanField("contient une clé", default=False)
    # Of a letter that comes again and again: where one press stops it (RFC 8058).
    stop_url = models.CharField("adresse d’arrêt", max_length=300, blank=True)
    created_at = models.DateTimeField("écrit le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    # A process is sending it: two at once must not send it twice.
    taken_at = models.DateTimeField("pris en charge le", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernière erreur", max_length=300, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = "courrier sortant"
        verbose_name_plural = "courriers sortants"
        ordering = ["-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["sent_at", "id"], name="outbox_waiting"),
        ]

    def __str__(self) -> str:
        return self.subject
