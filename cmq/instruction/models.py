"""How a submitted file is examined before the experts: admissibility, corrections, opinions of consulted bodies."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import Q

from cmq.applications.models import FINAL_STATES, ApplicationState, LabelApplication, Section
from cmq.organisations.models import Organisation


class RulingReason(models.TextChoices):
    """Why a file is not admissible."""

    LATE = "hors_delai", "Dossier déposé hors délai"
    SIGNATURE = "signature", "Signature sans qualité ou sans délégation"
    DOCUMENT = "piece", "Pièce obligatoire manquante ou illisible"
    NETWORK = "reseau", "Composition du réseau non conforme à D.335-33"
    FILIERE = "filiere", "Aucune des douze filières"
    DUPLICATE = "doublon", "Demande déjà en cours pour ce campus"
    OTHER = "autre", "Autre motif"


class Ruling(models.Model):
    """The ruling on admissibility, with typed reasons when it is no."""

    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", on_delete=models.CASCADE, related_name="rulings"
    )
    is_admissible = models.BooleanField("recevable")
    reasons = models.JSONField("motifs", default=list, blank=True)
    comment = models.TextField("explication", blank=True)
    at = models.DateTimeField("prononcé le")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "examen de recevabilité"
        verbose_name_plural = "examens de recevabilité"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(is_admissible=True) | ~Q(comment=""), name="ruling_refusal_is_explained")
        ]

    def __str__(self) -> str:
        return "Recevable" if self.is_admissible else "Irrecevable"

    @property
    def reason_labels(self) -> list[str]:
        """The reasons in French."""
        return [str(RulingReason(reason).label) for reason in self.reasons]


class CorrectionRequest(models.Model):
    """A request to correct named sections: it pauses the clock until it is answered."""

    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", on_delete=models.CASCADE, related_name="corrections"
    )
    sections = models.ManyToManyField(Section, verbose_name="parties rouvertes", related_name="corrections")
    comment = models.TextField("ce qui est demandé")
    due_on = models.DateField("à rendre pour le")
    asked_at = models.DateTimeField("demandée le")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    # Where the file goes back to when it is answered.
    from_state = models.CharField("état d’avant", max_length=12, choices=ApplicationState.choices)
    # Section → its version when the correction was asked, for the difference.
    versions = models.JSONField("versions d’avant", default=dict)
    answered_at = models.DateTimeField("rendue le", null=True, blank=True)
    answer = models.TextField("réponse", blank=True)

    class Meta:
        verbose_name = "demande de correction"
        verbose_name_plural = "demandes de correction"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application"], condition=Q(answered_at=None), name="correction_one_open"),
            models.CheckConstraint(condition=~Q(comment=""), name="correction_says_what"),
        ]

    def __str__(self) -> str:
        return f"Correction demandée le {self.asked_at:%d/%m/%Y}"


class OpinionBody(models.TextChoices):
    """The bodies that D.335-34 has consulted, and any other."""

    CAEN = "caen", "Conseil académique de l’éducation nationale (CAEN)"
    CREFOP = "crefop", "Comité régional de l’emploi, de la formation et de l’orientation professionnelles (CREFOP)"
    OTHER = "autre", "Autre instance"


class Opinion(models.TextChoices):
    """What a body answers."""

    FAVOURABLE = "favorable", "Favorable"
    RESERVED = "reserve", "Réservé"
    UNFAVOURABLE = "defavorable", "Défavorable"
    DECLINED = "decline", "Ne se prononce pas"
    NONE = "", "Attendu"


class OpinionRequestQuerySet(models.QuerySet["OpinionRequest"]):
    """Opinions asked for."""

    def waiting(self) -> "OpinionRequestQuerySet":
        """Not answered, for files that still run."""
        return self.filter(opinion="").exclude(application__state__in=FINAL_STATES)


class OpinionRequest(models.Model):
    """An opinion asked of a named body for a day."""

    application = models.ForeignKey(
        LabelApplication, verbose_name="dossier", on_delete=models.CASCADE, related_name="opinions"
    )
    kind = models.CharField("sorte d’instance", max_length=8, choices=OpinionBody.choices)
    body = models.ForeignKey(
        Organisation, verbose_name="instance", on_delete=models.PROTECT, related_name="opinion_requests"
    )
    asked_at = models.DateTimeField("demandé le")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_on = models.DateField("attendu pour le")
    opinion = models.CharField("avis", max_length=12, choices=Opinion.choices, blank=True)
    # When the body itself gave it; it may be entered later.
    given_on = models.DateField("rendu le", null=True, blank=True)
    reasons = models.TextField("motifs et réserves", blank=True)
    entered_at = models.DateTimeField("saisi le", null=True, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="saisi par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = OpinionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "avis demandé"
        verbose_name_plural = "avis demandés"
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["application", "body"], name="opinion_asked_once_per_body"),
            models.CheckConstraint(
                condition=Q(opinion="", entered_at=None) | (~Q(opinion="") & Q(entered_at__isnull=False)),
                name="opinion_entered_when_given",
            ),
            models.CheckConstraint(
                condition=Q(opinion__in=["", Opinion.FAVOURABLE]) | ~Q(reasons=""), name="opinion_reserve_is_explained"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body} – {self.get_opinion_display()}"

    def is_late(self, on: dt.date) -> bool:
        """Whether the day it was due has passed without an answer."""
        return not self.opinion and self.due_on < on
