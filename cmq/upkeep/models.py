"""What keeps a campus true and in good hands: access reviewed, the hand-over of a director, what was confirmed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cmq.campuses.models import Campus, CampusMembership


class AccessReview(models.Model):
    """A director has looked at every role of a campus, in one quarter."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="access_reviews")
    quarter = models.DateField("premier jour du trimestre")
    done_at = models.DateTimeField("faite le")
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="faite par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    kept = models.PositiveSmallIntegerField("rôles confirmés")
    ended = models.PositiveSmallIntegerField("rôles terminés")

    class Meta:
        verbose_name = "revue des accès"
        verbose_name_plural = "revues des accès"
        ordering = ["-quarter", "campus"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["campus", "quarter"], name="access_review_once"),
            models.CheckConstraint(
                condition=Q(quarter__day=1, quarter__month__in=[1, 4, 7, 10]), name="access_review_of_a_quarter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campus} – trimestre {self.quarter.month // 3 + 1} de {self.quarter.year}"


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Hand-overs."""

    def open(self) -> "HandOverQuerySet":
        """Prepared, neither done nor given up."""
        return self.filter(done_at=None, cancelled_at=None)


class HandOver(models.Model):
    """A director leaves on a day and another person takes up the role."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="hand_overs")
    leaving = models.ForeignKey(
        CampusMembership, verbose_name="rôle quitté", on_delete=models.CASCADE, related_name="hand_overs_from"
    )
    successor = models.ForeignKey(
        CampusMembership, verbose_name="rôle repris", on_delete=models.CASCADE, related_name="hand_overs_to"
    )
    leaves_on = models.DateField("jour du départ")
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="préparé par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    prepared_at = models.DateTimeField("préparé le")
    done_at = models.DateTimeField("fait le", null=True, blank=True)
    cancelled_at = models.DateTimeField("annulé le", null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = "passage de relais"
        verbose_name_plural = "passages de relais"
        ordering = ["-prepared_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["leaving"], condition=Q(done_at=None, cancelled_at=None), name="hand_over_one_open"
            ),
            models.CheckConstraint(condition=~Q(leaving=F("successor")), name="hand_over_to_another"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(cancelled_at=None), name="hand_over_done_or_cancelled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.campus} – départ le {self.leaves_on:%d/%m/%Y}"


class Confirmation(models.Model):
    """Somebody of a campus said on a day that one thing it shows is still true."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="confirmations")
    # Label and key instead of a foreign key: rooms above register what they want confirmed.
    model = models.CharField("sorte", max_length=60)
    key = models.CharField("clé", max_length=40)
    at = models.DateTimeField("confirmé le")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "confirmation"
        verbose_name_plural = "confirmations"
        ordering = ["-at", "-pk"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["campus", "model", "key"], name="confirmation_of_a_thing")
        ]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(model="") & ~Q(key=""), name="confirmation_of_something")
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.key} – {self.at:%d/%m/%Y}"
