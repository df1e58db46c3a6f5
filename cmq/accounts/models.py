"""People. What they may do comes from their memberships, never from the person."""

import datetime as dt
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Makes people; addresses are kept in lower case so that one address is one person."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """The address without white space, all lower case."""
        return (email or "").strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person with this address; without a password nobody can log in as them yet."""
        if not email:
            raise ValueError("a person needs an address")
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A member of the technical team."""
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})

    def get_by_natural_key(self, username: str | None) -> "User":
        """Log-in forgives capitals and spaces."""
        return self.get(email=self.normalize_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in with an e-mail address."""

    email = models.EmailField("adresse électronique", max_length=254, unique=True)
    name = models.CharField("prénom et nom", max_length=120, blank=True)
    is_active = models.BooleanField("actif", default=True)
    is_staff = models.BooleanField("équipe technique", default=False)
    is_demo = models.BooleanField("compte de démonstration", default=False)
    date_joined = models.DateTimeField("inscrit le", default=timezone.now)
    terms_version = models.CharField("version des conditions acceptées", max_length=10, blank=True)
    terms_accepted_at = models.DateTimeField("conditions acceptées le", null=True, blank=True)
    # Nobody has logged in for long, and was told that the account will be erased.
    sleep_told_at = models.DateTimeField("prévenu que le compte dort le", null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "personne"
        verbose_name_plural = "personnes"
        constraints = [
            models.CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
            models.CheckConstraint(
                condition=Q(terms_version="", terms_accepted_at=None)
                | ~Q(terms_version="") & Q(terms_accepted_at__isnull=False),
                name="user_terms_are_dated",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        """For greetings."""
        return self.name or self.email

    def get_full_name(self) -> str:
        """For mails."""
        return self.name or self.email


class AgentIdentity(models.Model):
    """By which identifier an outside provider (ProConnect) knows a person."""

    person = models.ForeignKey(User, verbose_name="personne", on_delete=models.CASCADE, related_name="identities")
    issuer = models.CharField("fournisseur", max_length=200)
    subject = models.CharField("identifiant chez lui", max_length=255)
    created_at = models.DateTimeField("reconnu la première fois le")
    last_used_at = models.DateTimeField("employé pour la dernière fois le")

    class Meta:
        verbose_name = "identité d’agent"
        verbose_name_plural = "identités d’agents"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="agent_identity_is_one_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.issuer}"


class HelpConsentQuerySet(models.QuerySet["HelpConsent"]):
    """Consents."""

    def standing(self, at: dt.datetime) -> "HelpConsentQuerySet":
        """Those that hold at that instant, the latest first."""
        return self.filter(given_at__lte=at, ends_at__gt=at).order_by("-pk")


class HelpConsent(models.Model):
    """A person lets the technical team see their workspace until an hour."""

    person = models.ForeignKey(User, verbose_name="personne", on_delete=models.CASCADE, related_name="help_consents")
    given_at = models.DateTimeField("donné le")
    ends_at = models.DateTimeField("jusqu’à")

    objects = HelpConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "accord d’assistance"
        verbose_name_plural = "accords d’assistance"
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("given_at")), name="help_consent_ends_after_it_is_given"),
        ]

    def __str__(self) -> str:
        return f"{self.person}, jusqu’à {self.ends_at}"


class HelpVisit(models.Model):
    """Somebody of the technical team looked at a workspace under a consent."""

    consent = models.ForeignKey(HelpConsent, verbose_name="accord", on_delete=models.CASCADE, related_name="visits")
    by = models.ForeignKey(User, verbose_name="par", on_delete=models.PROTECT, related_name="help_visits")
    began_at = models.DateTimeField("ouverte le")
    ended_at = models.DateTimeField("refermée le", null=True, blank=True)

    class Meta:
        verbose_name = "visite d’assistance"
        verbose_name_plural = "visites d’assistance"

    def __str__(self) -> str:
        return f"{self.by} chez {self.consent.person}"
