"""The public keys that the credentials of labels are signed with."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q


class SigningKeyQuerySet(models.QuerySet["SigningKey"]):
    """Keys of the issuer."""

    def published(self) -> "SigningKeyQuerySet":
        """Those that a credential may be checked with: all but the ones that somebody else may hold."""
        return self.filter(compromised_at=None)

    def signing(self) -> "SigningKeyQuerySet":
        """Those that may still sign, the newest first."""
        return self.filter(retired_at=None).order_by("-published_at", "-pk")


class SigningKey(models.Model):
    """The public part of an Ed25519 key. Its private part is never in the database (`proof.keys`).

    A retired key signs nothing more and stays published: what it signed stays true. A compromised key leaves the
    published ones: nothing that it signed can be trusted any more.
    """

    # RFC 7638: the digest of the key itself.
    thumbprint = models.CharField("empreinte", max_length=43, unique=True)
    x = models.CharField("clé publique", max_length=43, unique=True)
    published_at = models.DateTimeField("publiée le")
    retired_at = models.DateTimeField("retirée le", null=True, blank=True)
    compromised_at = models.DateTimeField("compromise le", null=True, blank=True)

    objects = SigningKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "clé de signature"
        verbose_name_plural = "clés de signature"
        ordering = ["published_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(retired_at=None) | Q(retired_at__gte=F("published_at")), name="key_retired_after_published"
            ),
            models.CheckConstraint(
                condition=Q(compromised_at=None) | Q(retired_at__isnull=False), name="key_compromised_is_retired"
            ),
        ]

    def __str__(self) -> str:
        return self.thumbprint

    @property
    def jwk(self) -> dict[str, Any]:
        """The key as RFC 8037 writes it."""
        return {"kty": "OKP", "crv": "Ed25519", "x": self.x, "use": "sig", "alg": "EdDSA"}

    def is_retired(self, at: dt.datetime) -> bool:
        """Whether it signs nothing more at that instant."""
        return self.retired_at is not None and self.retired_at <= at
