"""Job, apprenticeship and internship offers: from official sources, and from employers of the campuses."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.careers.models import Occupation
from cmq.core.text import slug_of
from cmq.organisations.models import Organisation
from cmq.reference.models import Commune


class OfferKind(models.TextChoices):
    """What is offered."""

    JOB = "emploi", "Emploi"
    APPRENTICESHIP = "alternance", "Alternance"
    INTERNSHIP = "stage", "Stage"


class ContractKind(models.TextChoices):
    """The contract, in the words of French labour law."""

    PERMANENT = "CDI", "CDI"
    FIXED_TERM = "CDD", "CDD"
    TEMPORARY = "MIS", "Intérim"
    APPRENTICESHIP = "APP", "Contrat d’apprentissage"
    PROFESSIONALISATION = "PRO", "Contrat de professionnalisation"
    INTERNSHIP = "STA", "Convention de stage"
    SELF_EMPLOYED = "LIB", "Profession libérale ou indépendante"
    OTHER = "AUT", "Autre"


class OfferState(models.TextChoices):
    """Where an offer stands."""

    # Posted by somebody who has not followed the link of their letter yet.
    ASKED = "demandee", "Adresse à confirmer"
    WAITING = "a_verifier", "À vérifier"
    OPEN = "ouverte", "Ouverte"
    CLOSED = "fermee", "Fermée"


class Closing(models.TextChoices):
    """Why an offer is closed."""

    EXPIRED = "expiree", "Elle a expiré"
    GONE = "retiree", "Sa source ne la publie plus"
    EMPLOYER = "employeur", "L’employeur l’a fermée"
    REPORT = "signalement", "Elle a été retirée après un signalement"
    REFUSED = "refusee", "Elle n’a pas été acceptée"


class OfferSource(models.TextChoices):
    """Who publishes offers here."""

    FRANCE_TRAVAIL = "france_travail", "France Travail"
    BONNE_ALTERNANCE = "la_bonne_alternance", "La bonne alternance"
    EMPLOYER = "employeur", "Employeur d’un campus"


class Employer(models.Model):
    """Somebody who posts offers for an establishment, once its SIRET and a work address are proved; no account."""

    siret = models.CharField("SIRET", max_length=14)
    name = models.CharField("nom de l’établissement", max_length=250)
    organisation = models.ForeignKey(
        Organisation,
        verbose_name="membre d’un campus",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    # Empty once it was refused and no offer is left: then its digest alone is kept, so that it does not come back.
    email = models.EmailField("adresse professionnelle", max_length=254, blank=True)
    address_hash = models.CharField("empreinte de l’adresse refusée", max_length=64, blank=True)
    # The link sent to the address was followed.
    address_proved_at = models.DateTimeField("adresse prouvée le", null=True, blank=True)
    # A campus of which the establishment is a member, or a keeper, has vouched for it.
    vouched_at = models.DateTimeField("reconnu le", null=True, blank=True)
    vouched_for_by = models.ForeignKey(
        Campus, verbose_name="reconnu par", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    refused_at = models.DateTimeField("refusé le", null=True, blank=True)
    refusal = models.CharField("motif du refus", max_length=300, blank=True)
    is_demo = models.BooleanField("démonstration", default=False)

    class Meta:
        verbose_name = "employeur"
        verbose_name_plural = "employeurs"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["siret", "email"], condition=~Q(email=""), name="employer_once_an_address"),
            models.UniqueConstraint(
                fields=["siret", "address_hash"], condition=~Q(address_hash=""), name="employer_once_a_hash"
            ),
            models.CheckConstraint(
                condition=~Q(email="") | (~Q(address_hash="") & Q(refused_at__isnull=False)),
                name="employer_without_address_was_refused",
            ),
            models.CheckConstraint(
                condition=Q(vouched_at=None) | Q(address_proved_at__isnull=False, refused_at=None),
                name="employer_vouched_once_proved",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class JobOfferQuerySet(models.QuerySet["JobOffer"]):
    """Offers."""

    def live(self, at: dt.datetime) -> "JobOfferQuerySet":
        """What may be shown as open at that instant."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=at), state=OfferState.OPEN)

    def for_list(self) -> "JobOfferQuerySet":
        """With what a list shows."""
        return self.select_related("occupation", "commune").prefetch_related("origins")


class JobOffer(models.Model):
    """One offer, whoever publishes it; the same offer of two sources is one row with two origins."""

    title = models.CharField("intitulé", max_length=250)
    folded_title = models.CharField("intitulé simplifié", max_length=250, editable=False)
    # Plain text, cleaned of every tag and of personal contacts.
    text = models.TextField("description", blank=True)
    kind = models.CharField("nature", max_length=10, choices=OfferKind.choices, default=OfferKind.JOB)
    contract = models.CharField("contrat", max_length=3, choices=ContractKind.choices, blank=True)
    duration_months = models.PositiveSmallIntegerField("durée, en mois", null=True, blank=True)
    weekly_hours = models.DecimalField("heures par semaine", max_digits=4, decimal_places=1, null=True, blank=True)
    salary = models.CharField("salaire", max_length=200, blank=True)
    positions = models.PositiveSmallIntegerField("postes", default=1)
    is_accessible = models.BooleanField("ouverte aux travailleurs handicapés", null=True, blank=True)
    level = models.PositiveSmallIntegerField("niveau demandé", null=True, blank=True)
    occupation = models.ForeignKey(
        Occupation, verbose_name="métier", null=True, blank=True, on_delete=models.SET_NULL, related_name="offers"
    )
    job_title = models.CharField("appellation", max_length=250, blank=True)
    employer_name = models.CharField("employeur", max_length=250, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True, db_index=True)
    naf_division = models.CharField("division NAF", max_length=2, blank=True)
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place = models.CharField("lieu", max_length=200, blank=True)
    latitude = models.FloatField("latitude", null=True, blank=True)
    longitude = models.FloatField("longitude", null=True, blank=True)
    starts_on = models.DateField("début", null=True, blank=True)
    published_at = models.DateTimeField("publiée le", db_index=True)
    modified_at = models.DateTimeField("mise à jour le")
    # When this site began to show it: later than its publication, and what « new » means for alerts.
    listed_at = models.DateTimeField("montrée depuis le", default=timezone.now, db_index=True)
    # Of an employer here: the last day they confirmed it; 90 days without it close the offer.
    confirmed_at = models.DateTimeField("confirmée le")
    expires_at = models.DateTimeField("expire le", null=True, blank=True, db_index=True)
    state = models.CharField("état", max_length=10, choices=OfferState.choices, default=OfferState.OPEN, db_index=True)
    closed_at = models.DateTimeField("fermée le", null=True, blank=True)
    closed_because = models.CharField("raison", max_length=12, choices=Closing.choices, blank=True)
    # Digest of employer, title and commune: what the same offer has in common from one source to another.
    twin_key = models.CharField("clé de rapprochement", max_length=24, blank=True, db_index=True, editable=False)
    apply_url = models.URLField("adresse pour postuler", max_length=600, blank=True)
    employer = models.ForeignKey(
        Employer,
        verbose_name="employeur inscrit",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="offers",
    )
    campus = models.ForeignKey(
        Campus, verbose_name="campus", null=True, blank=True, on_delete=models.SET_NULL, related_name="offers"
    )
    is_demo = models.BooleanField("démonstration", default=False)

    objects = JobOfferQuerySet.as_manager()

    class Meta:
        verbose_name = "offre"
        verbose_name_plural = "offres"
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="offer_has_title"),
            models.CheckConstraint(condition=Q(kind__in=OfferKind.values), name="offer_kind_known"),
            models.CheckConstraint(condition=Q(contract__in=["", *ContractKind.values]), name="offer_contract_known"),
            models.CheckConstraint(
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="offer_is_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gte=F("published_at")),
                name="offer_expires_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(state=OfferState.CLOSED, closed_at__isnull=False)
                | (~Q(state=OfferState.CLOSED) & Q(closed_at=None)),
                name="offer_closed_when_it_says_so",
            ),
            models.CheckConstraint(
                condition=Q(state=OfferState.CLOSED, closed_because__in=Closing.values)
                | (~Q(state=OfferState.CLOSED) & Q(closed_because="")),
                name="offer_closed_for_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-published_at"], name="offer_newest_first"),
            models.Index(fields=["latitude", "longitude"], name="offer_place"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"/offres/{self.pk}-{slug_of(self.title, max_length=60)}/"


class OfferOrigin(models.Model):
    """Where an offer is published, under its own number there, with the link back."""

    offer = models.ForeignKey(JobOffer, verbose_name="offre", on_delete=models.CASCADE, related_name="origins")
    source = models.CharField("source", max_length=20, choices=OfferSource.choices)
    # The partner that the source had it from, when it says so: « France Travail » in La bonne alternance.
    partner = models.CharField("partenaire", max_length=60, blank=True)
    number = models.CharField("numéro", max_length=120)
    url = models.URLField("adresse d’origine", max_length=600, blank=True)
    # The partner’s own number of it.
    partner_number = models.CharField("numéro chez le partenaire", max_length=120, blank=True, db_index=True)
    seen_at = models.DateTimeField("vue la dernière fois le")
    gone_at = models.DateTimeField("n’y est plus depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "origine d’une offre"
        verbose_name_plural = "origines des offres"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["source", "number"], name="offer_origin_once")]
        indexes = [models.Index(fields=["source", "seen_at"], name="offer_origin_seen")]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.number}"


class AbuseReason(models.TextChoices):
    """Why a reader reports an offer."""

    FILLED = "pourvue", "Elle n’existe plus"
    FALSE = "fausse", "Elle est fausse ou trompeuse"
    DISCRIMINATING = "discriminatoire", "Elle est discriminatoire"
    MONEY = "argent", "On me demande de l’argent"
    OTHER = "autre", "Autre raison"


class OfferReport(models.Model):
    """What a reader says is wrong with an offer; no address of theirs is kept."""

    offer = models.ForeignKey(JobOffer, verbose_name="offre", on_delete=models.CASCADE, related_name="reports")
    reason = models.CharField("raison", max_length=16, choices=AbuseReason.choices)
    text = models.TextField("précisions", blank=True)
    reported_at = models.DateTimeField("signalée le")
    handled_at = models.DateTimeField("traitée le", null=True, blank=True)
    outcome = models.CharField("suite donnée", max_length=250, blank=True)

    class Meta:
        verbose_name = "signalement d’une offre"
        verbose_name_plural = "signalements d’offres"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(reason__in=AbuseReason.values), name="offer_report_reason_known")
        ]

    def __str__(self) -> str:
        return f"{self.offer} : {self.get_reason_display()}"
