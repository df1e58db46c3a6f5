"""How an organisation joins a campus: invitations and requests with their answers, and the conventions signed."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from cmq.campuses.models import Campus, PartnerRole, Partnership
from cmq.organisations.models import Family, Organisation


class RequestState(models.TextChoices):
    """Where an invitation or a request stands; `rules.MOVES` says what may follow."""

    INVITED = "invite", "Invité par le campus"
    ASKING = "demande", "Demande à rejoindre"
    AGREED = "accepte", "Accepté"
    DECLINED = "refuse", "Décliné"
    WITHDRAWN = "retire", "Retiré"


OPEN = (RequestState.INVITED, RequestState.ASKING)


def _person(label: str) -> "models.ForeignKey[Any, Any]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=label, null=True, on_delete=models.SET_NULL, related_name="+"
    )


class RequestQuerySet(models.QuerySet["PartnerRequest"]):
    """Invitations and requests."""

    def open(self) -> "RequestQuerySet":
        """Those that wait for an answer."""
        return self.filter(state__in=OPEN)


class PartnerRequest(models.Model):
    """A campus invites an organisation, or an organisation asks to join a campus."""

    campus = models.ForeignKey(Campus, verbose_name="campus", on_delete=models.CASCADE, related_name="partner_requests")
    organisation = models.ForeignKey(
        Organisation, verbose_name="organisation", on_delete=models.PROTECT, related_name="partner_requests"
    )
    state = models.CharField("état", max_length=8, choices=RequestState.choices)
    from_campus = models.BooleanField("ouverte par le campus")
    role = models.CharField("rôle", max_length=12, choices=PartnerRole.choices, default=PartnerRole.ASSOCIATED)
    family = models.CharField("famille", max_length=20, choices=Family.choices)
    message = models.TextField("message", max_length=1000, blank=True)
    answer = models.TextField("réponse", max_length=1000, blank=True)
    opened_at = models.DateTimeField("ouverte le")
    opened_by = _person("ouverte par")
    answered_at = models.DateTimeField("close le", null=True, blank=True)
    answered_by = _person("close par")

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation ou demande de partenaire"
        verbose_name_plural = "invitations et demandes de partenaires"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campus", "organisation"], condition=Q(state__in=OPEN), name="partner_request_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="partner_request_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, answered_at=None) | (~Q(state__in=OPEN) & Q(answered_at__isnull=False)),
                name="partner_request_closed_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=RequestState.INVITED, from_campus=False)
                & ~Q(state=RequestState.ASKING, from_campus=True),
                name="partner_request_opened_by_its_side",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} – {self.campus}"

    @property
    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self.state in OPEN


class Convention(models.Model):
    """What a campus and a member have signed: from when to when, and the document."""

    partnership = models.ForeignKey(
        Partnership, verbose_name="membre", on_delete=models.CASCADE, related_name="conventions"
    )
    starts_on = models.DateField("début")
    ends_on = models.DateField("fin", null=True, blank=True)
    document = models.FileField("document", upload_to="conventions/%Y/%m/", max_length=200)
    document_name = models.CharField("nom du document", max_length=150)
    document_size = models.PositiveBigIntegerField("taille du document")
    version = models.PositiveIntegerField("version", default=1)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)

    class Meta:
        verbose_name = "convention de partenariat"
        verbose_name_plural = "conventions de partenariat"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="convention_ends_after_it_starts"
            ),
            models.CheckConstraint(condition=~Q(document=""), name="convention_has_document"),
            # Coalesced, for a null would differ from itself.
            models.UniqueConstraint(
                "partnership",
                "starts_on",
                Coalesce("ends_on", models.Value(dt.date.max)),
                condition=Q(withdrawn_at=None),
                name="convention_once",
            ),
        ]

    def __str__(self) -> str:
        return f"Convention avec {self.partnership.organisation}"
