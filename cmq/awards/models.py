"""The joint decision, its signatures, what it entered in the register, and the order that carries it out."""

from typing import ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from cmq.campaigns.models import Authority
from cmq.campuses.models import Category
from cmq.deliberation.models import AgendaItem, Outcome
from cmq.labels.models import LabelDecision
from cmq.reference.models import Filiere


class DecisionState(models.TextChoices):
    """Where a joint decision stands."""

    SIGNING = "signature", "En signature"
    SIGNED = "signee", "Signée"
    PUBLISHED = "publiee", "Publiée"


class JointDecision(models.Model):
    """What the college decides of an item, in the terms that the authorities sign."""

    item = models.OneToOneField(AgendaItem, verbose_name="point", on_delete=models.PROTECT, related_name="decision")
    number = models.CharField("numéro", max_length=24, unique=True)
    outcome = models.CharField("décision", max_length=8, choices=Outcome.choices)
    state = models.CharField("état", max_length=10, choices=DecisionState.choices, default=DecisionState.SIGNING)
    name = models.CharField("nom du campus", max_length=250)
    category = models.CharField("catégorie", max_length=12, choices=Category.choices, blank=True)
    filiere = models.ForeignKey(
        Filiere, verbose_name="filière", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    territory = models.TextField("territoire", blank=True)
    duration_years = models.PositiveSmallIntegerField("durée, en années", null=True, blank=True)
    starts_on = models.DateField("prend effet le", null=True, blank=True)
    ends_on = models.DateField("dernier jour", null=True, blank=True)
    reasons = models.TextField("motifs")
    remedies = models.TextField("voies et délais de recours", blank=True)
    # The count of the vote, as it stood when the college decided.
    tally = models.JSONField("décompte", default=dict)
    decided_at = models.DateTimeField("décidée le")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="inscrite par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    digest = models.CharField("empreinte des termes", max_length=64)
    signed_at = models.DateTimeField("dernière signature", null=True, blank=True)
    published_at = models.DateTimeField("publiée le", null=True, blank=True)

    class Meta:
        verbose_name = "décision conjointe"
        verbose_name_plural = "décisions conjointes"
        ordering = ["-decided_at", "-pk"]
        constraints = [
            # D.335-34 du code de l’éducation: five years at most.
            models.CheckConstraint(
                condition=Q(duration_years=None) | Q(duration_years__gte=1, duration_years__lte=5),
                name="joint_decision_lasts_one_to_five_years",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="joint_decision_ends_after_start"
            ),
            models.CheckConstraint(condition=~Q(reasons=""), name="joint_decision_gives_reasons"),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.GRANTED) | ~Q(remedies=""), name="joint_decision_refusal_gives_remedies"
            ),
            models.CheckConstraint(
                condition=Q(state=DecisionState.SIGNING, signed_at=None, published_at=None)
                | Q(state=DecisionState.SIGNED, signed_at__isnull=False, published_at=None)
                | Q(state=DecisionState.PUBLISHED, signed_at__isnull=False, published_at__isnull=False),
                name="joint_decision_state_is_dated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} – {self.name}"

    def get_absolute_url(self) -> str:
        """Its page in the workspace."""
        return f"/espace/decisions/{self.number}/"


class Signature(models.Model):
    """An authority signs a joint decision, once."""

    decision = models.ForeignKey(
        JointDecision, verbose_name="décision", on_delete=models.CASCADE, related_name="signatures"
    )
    authority = models.ForeignKey(Authority, verbose_name="autorité", on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField("signé le", null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="signé par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    signer = models.CharField("nom et qualité", max_length=300, blank=True)
    digest = models.CharField("empreinte signée", max_length=64, blank=True)

    class Meta:
        verbose_name = "signature"
        verbose_name_plural = "signatures"
        ordering = ["authority__position"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "authority"], name="signature_once_per_authority"),
            models.CheckConstraint(
                condition=Q(signed_at=None, digest="") | (Q(signed_at__isnull=False) & ~Q(digest="") & ~Q(signer="")),
                name="signature_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority} – {'signé' if self.signed_at else 'attendu'}"


class RegisterEntry(models.Model):
    """What a published joint decision entered in the register: one line for each campus it concerns."""

    decision = models.ForeignKey(
        JointDecision, verbose_name="décision conjointe", on_delete=models.PROTECT, related_name="entries"
    )
    label_decision = models.OneToOneField(
        LabelDecision, verbose_name="décision de label", on_delete=models.PROTECT, related_name="entry"
    )

    class Meta:
        verbose_name = "inscription au registre"
        verbose_name_plural = "inscriptions au registre"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.label_decision)


class MinisterialOrder(models.Model):
    """The « arrêté conjoint » of the ministers that carries joint decisions out (D.335-34), with its four own dates."""

    title = models.CharField("intitulé", max_length=300)
    decisions = models.ManyToManyField(JointDecision, verbose_name="décisions", related_name="orders")
    number = models.CharField("numéro de l’acte", max_length=80, blank=True)
    nor = models.CharField(
        "numéro NOR",
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"^[A-Z]{4}\d{7}[A-Z]$", "Un NOR s’écrit comme MENE1925423A.")],
    )
    drafted_at = models.DateTimeField("projet établi le")
    signed_on = models.DateField("signé le", null=True, blank=True)
    published_on = models.DateField("publié le", null=True, blank=True)
    notified_on = models.DateField("notifié le", null=True, blank=True)

    class Meta:
        verbose_name = "arrêté d’exécution"
        verbose_name_plural = "arrêtés d’exécution"
        ordering = ["-drafted_at", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(title=""), name="order_has_title"),
            models.CheckConstraint(
                condition=Q(published_on=None) | Q(signed_on__isnull=False, published_on__gte=F("signed_on")),
                name="order_published_after_signature",
            ),
            models.CheckConstraint(
                condition=Q(notified_on=None) | Q(signed_on__isnull=False, notified_on__gte=F("signed_on")),
                name="order_notified_after_signature",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page in the workspace."""
        return f"/espace/arretes/{self.pk}/"
