"""What campuses set aside among their complementarities, and the board of needs and offers between them."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.reference.audiences import Audience


class Dismissal(models.Model):
    """A campus does not want another one to be suggested to it any more."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="dismissals")
    # No way back: the history of the campus set aside does not say why.
    other = models.ForeignKey(Campus, verbose_name="campus écarté", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField("motif", max_length=300)
    dismissed_at = models.DateTimeField("écarté le")

    class Meta:
        verbose_name = "complémentarité écartée"
        verbose_name_plural = "complémentarités écartées"
        ordering = ["other__name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campus", "other"], name="dismissal_once"),
            models.CheckConstraint(condition=~Q(campus=F("other")), name="dismissal_of_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="dismissal_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.campus} : {self.other} écarté"


class NoticeKind(models.TextChoices):
    """What a notice says."""

    NEED = "besoin", "Besoin"
    OFFER = "offre", "Offre"


class Topic(models.TextChoices):
    """What a notice is about."""

    TRAINING = "formation", "Formation ou module"
    SKILL = "competence", "Compétence ou intervenant"
    EQUIPMENT = "equipement", "Équipement ou plateau technique"
    PLACE = "lieu", "Lieu ou hébergement"
    PROJECT = "projet", "Projet à mener ensemble"
    FUNDING = "financement", "Financement ou appel à projets"
    OTHER = "autre", "Autre"


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Needs and offers."""

    def open_at(self, at: object) -> "NoticeQuerySet":
        """Those that are neither closed nor past their day."""
        return self.filter(closed_at=None, expires_at__gt=at)


class Notice(models.Model):
    """A need or an offer of a campus, read by the people of every campus until it is closed or its day has passed."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField("nature", max_length=8, choices=NoticeKind.choices)
    topic = models.CharField("sujet", max_length=12, choices=Topic.choices)
    title = models.CharField("titre", max_length=150)
    text = models.TextField("texte", max_length=3000)
    audience = models.CharField("public", max_length=20, choices=Audience.choices, blank=True)
    rncp = models.CharField("code RNCP", max_length=12, blank=True)
    rome = models.CharField("code ROME", max_length=5, blank=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="publié par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    posted_at = models.DateTimeField("publié le")
    expires_at = models.DateTimeField("jusqu’au")
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    outcome = models.CharField("suite", max_length=300, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = "besoin ou offre"
        verbose_name_plural = "besoins et offres"
        ordering = ["-posted_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title="") & ~Q(text=""), name="notice_says_something"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind_known"),
            models.CheckConstraint(condition=Q(topic__in=Topic.values), name="notice_topic_known"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("posted_at")), name="notice_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(outcome=""), name="notice_closed_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.title}"

    @property
    def last_day(self) -> dt.date:
        """The last day on which it stands."""
        return timezone.localdate(self.expires_at - dt.timedelta(seconds=1))


class NoticeAnswer(models.Model):
    """A campus answers the need or the offer of another."""

    notice = models.ForeignKey(Notice, verbose_name="besoin ou offre", on_delete=models.CASCADE, related_name="answers")
    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="notice_answers")
    text = models.TextField("réponse", max_length=3000)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="répondu par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    answered_at = models.DateTimeField("répondu le")

    class Meta:
        verbose_name = "réponse à un besoin ou une offre"
        verbose_name_plural = "réponses aux besoins et aux offres"
        ordering = ["answered_at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="notice_answer_says_something")]

    def __str__(self) -> str:
        return f"{self.campus} – {self.notice}"
