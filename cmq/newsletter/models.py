"""The letter: who asked for it, the proof that they did, its issues, and who has been sent which.

Addresses live in `Subscriber` alone, while the subscription lasts; what proves a consent bears a keyed hash of it.
"""

from functools import lru_cache
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cmq.reference.models import Filiere, Region


class Rhythm(models.TextChoices):
    """How often somebody wants the letter; an issue is written for one of the two."""

    WEEKLY = "hebdomadaire", "Chaque semaine"
    MONTHLY = "mensuel", "Chaque mois"


class Theme(models.TextChoices):
    """What somebody wants to read about."""

    NEWS = "actualites", "Articles et vie des campus"
    JOBS = "offres", "Offres d’emploi, d’alternance et de stage"
    EVENTS = "evenements", "Événements"


@lru_cache(maxsize=8)
def themes_wanted(news: bool, jobs: bool, events: bool) -> frozenset[str]:
    """The values of `Theme` that are wanted."""
    wanted = ((Theme.NEWS, news), (Theme.JOBS, jobs), (Theme.EVENTS, events))
    return frozenset(theme.value for theme, is_wanted in wanted if is_wanted)


class End(models.TextChoices):
    """Why letters to an address ended."""

    STOPPED = "desabonnement", "Désabonnement depuis la lettre ou la page des choix"
    ONE_CLICK = "un_clic", "Désabonnement par le bouton de la messagerie"
    BOUNCED = "rejet", "Adresse qui ne reçoit plus"
    COMPLAINED = "plainte", "Lettre signalée comme indésirable"


class Consent(models.Model):
    """The proof that an address asked for the letter (RGPD, article 7-1): hash, text, instants; no address."""

    # HMAC-SHA256 of the address with a key of the site: whoever holds the address and the key finds the row again.
    address_hash = models.CharField("empreinte de l’adresse", max_length=64, db_index=True)
    text_version = models.CharField("version du texte accepté", max_length=20)
    asked_at = models.DateTimeField("demandé le")
    confirmed_at = models.DateTimeField("confirmé le")
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)
    end = models.CharField("fin", max_length=14, choices=End.choices, blank=True)
    is_demo = models.BooleanField("démonstration", default=False)

    class Meta:
        verbose_name = "preuve de consentement"
        verbose_name_plural = "preuves de consentement"
        ordering = ["confirmed_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None, end="") | (Q(ended_at__isnull=False) & ~Q(end="")),
                name="consent_ends_for_a_reason",
            ),
            models.CheckConstraint(condition=Q(confirmed_at__gte=F("asked_at")), name="consent_asked_then_confirmed"),
        ]

    def __str__(self) -> str:
        return f"Consentement du {self.confirmed_at:%d/%m/%Y}"


class SubscriberQuerySet(models.QuerySet["Subscriber"]):
    """Subscribers."""

    def confirmed(self) -> "SubscriberQuerySet":
        """Those whom letters are sent to."""
        return self.filter(confirmed_at__isnull=False)


class Subscriber(models.Model):
    """An address that asks for the letter, or receives it. The row is deleted when the subscription ends."""

    email = models.EmailField("adresse électronique", max_length=254, unique=True)
    rhythm = models.CharField("rythme", max_length=12, choices=Rhythm.choices, default=Rhythm.WEEKLY)
    wants_news = models.BooleanField("articles et vie des campus", default=True)
    wants_jobs = models.BooleanField("offres", default=False)
    wants_events = models.BooleanField("événements", default=False)
    # None chosen: all of them.
    filieres = models.ManyToManyField(Filiere, verbose_name="filières", blank=True, related_name="+")
    regions = models.ManyToManyField(Region, verbose_name="régions", blank=True, related_name="+")
    # The links of the letters are HMACs of this key with the site's secret (`links`).
    key = models.CharField("clé", max_length=32, editable=False)
    text_version = models.CharField("version du texte accepté", max_length=20)
    asked_at = models.DateTimeField("demandé le")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    consent = models.OneToOneField(
        Consent, verbose_name="preuve", null=True, blank=True, on_delete=models.PROTECT, related_name="subscriber"
    )
    # Issues that came back for now, one after the other; a letter that does not come back sets it to none again.
    soft_bounces = models.PositiveSmallIntegerField("retours provisoires de suite", default=0)
    is_demo = models.BooleanField("démonstration", default=False)

    objects = SubscriberQuerySet.as_manager()

    class Meta:
        verbose_name = "abonnement"
        verbose_name_plural = "abonnements"
        ordering = ["pk"]
        indexes = [models.Index(fields=["rhythm", "confirmed_at"], name="subscriber_by_rhythm")]
        constraints = [
            models.CheckConstraint(condition=~Q(email="") & ~Q(key=""), name="subscriber_has_address"),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="subscriber_rhythm_known"),
            models.CheckConstraint(
                condition=Q(wants_news=True) | Q(wants_jobs=True) | Q(wants_events=True),
                name="subscriber_wants_something",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, consent=None) | Q(confirmed_at__isnull=False, consent__isnull=False),
                name="subscriber_confirmed_with_a_proof",
            ),
        ]

    def __str__(self) -> str:
        # Never the address: what is printed ends up in logs.
        return f"Abonnement {self.pk}"

    @property
    def themes(self) -> frozenset[str]:
        """What it is about, as values of `Theme`."""
        return themes_wanted(self.wants_news, self.wants_jobs, self.wants_events)


class IssueState(models.TextChoices):
    """Where an issue stands."""

    DRAFT = "redaction", "En rédaction"
    PROPOSED = "relecture", "À relire par une seconde personne"
    AGREED = "programme", "Accord donné, envoi programmé"
    SENDING = "envoi", "En cours d’envoi"
    PAUSED = "suspendu", "Envoi suspendu"
    SENT = "envoye", "Envoyé"


# Beyond the second person's agreement.
AGREED_STATES = (IssueState.AGREED, IssueState.SENDING, IssueState.PAUSED, IssueState.SENT)
PUBLIC_STATES = AGREED_STATES[1:]


class IssueQuerySet(models.QuerySet["Issue"]):
    """Issues."""

    def public(self) -> "IssueQuerySet":
        """Those of the archive, newest first: what a letter says is public from the first one that leaves."""
        return self.filter(state__in=PUBLIC_STATES).order_by("-number")


def _by(wording: str) -> Any:
    """A person who had a hand in an issue."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=wording,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )


class Issue(models.Model):
    """One number of the letter. Its figures are sums: nothing says what a person did with it."""

    number = models.PositiveIntegerField("numéro", null=True, blank=True, unique=True)
    title = models.CharField("titre", max_length=150)
    intro = models.TextField("introduction", max_length=2000, blank=True)
    rhythm = models.CharField("rythme", max_length=12, choices=Rhythm.choices, default=Rhythm.WEEKLY)
    state = models.CharField("état", max_length=10, choices=IssueState.choices, default=IssueState.DRAFT)
    written_by = _by("créé par")
    edited_by = _by("modifié en dernier par")
    proposed_by = _by("proposé par")
    approved_by = _by("accord donné par")
    created_at = models.DateTimeField("créé le")
    proposed_at = models.DateTimeField("proposé le", null=True, blank=True)
    approved_at = models.DateTimeField("accord donné le", null=True, blank=True)
    scheduled_for = models.DateTimeField("envoi prévu le", null=True, blank=True)
    started_at = models.DateTimeField("envoi commencé le", null=True, blank=True)
    finished_at = models.DateTimeField("envoi terminé le", null=True, blank=True)
    # What the second person asks to change, or why the sending rests.
    remark = models.CharField("remarque", max_length=500, blank=True)
    version = models.PositiveIntegerField("version", default=1)
    sent = models.PositiveIntegerField("lettres acceptées par le serveur", default=0)
    empty = models.PositiveIntegerField("personnes sans rubrique choisie dans ce numéro", default=0)
    refused = models.PositiveIntegerField("lettres refusées par le serveur", default=0)
    doubtful = models.PositiveIntegerField("lettres au sort inconnu", default=0)
    bounced = models.PositiveIntegerField("lettres revenues", default=0)
    complaints = models.PositiveIntegerField("plaintes", default=0)
    unsubscribed = models.PositiveIntegerField("désabonnements depuis ce numéro", default=0)
    is_demo = models.BooleanField("démonstration", default=False)

    objects = IssueQuerySet.as_manager()

    class Meta:
        verbose_name = "numéro de la lettre"
        verbose_name_plural = "numéros de la lettre"
        ordering = ["-created_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(condition=~Q(title=""), name="issue_has_title"),
            models.CheckConstraint(condition=Q(rhythm__in=Rhythm.values), name="issue_rhythm_known"),
            # Four eyes: who agrees has neither begun, nor last changed, nor proposed it.
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (
                    (Q(written_by=None) | ~Q(approved_by=F("written_by")))
                    & (Q(edited_by=None) | ~Q(approved_by=F("edited_by")))
                    & (Q(proposed_by=None) | ~Q(approved_by=F("proposed_by")))
                ),
                name="issue_agreed_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=AGREED_STATES,
                    approved_at__isnull=False,
                    scheduled_for__isnull=False,
                    number__isnull=False,
                )
                | Q(state__in=[IssueState.DRAFT, IssueState.PROPOSED], approved_at=None, number=None),
                name="issue_leaves_once_agreed",
            ),
            models.CheckConstraint(
                condition=Q(state=IssueState.SENT, finished_at__isnull=False)
                | (~Q(state=IssueState.SENT) & Q(finished_at=None)),
                name="issue_sent_when_it_says_so",
            ),
        ]

    def __str__(self) -> str:
        return f"n° {self.number} – {self.title}" if self.number else self.title

    def get_absolute_url(self) -> str:
        """Its page in the archive, once it has left."""
        return f"/lettre/{self.number}/"


class BlockKind(models.TextChoices):
    """What a block of an issue is about."""

    ARTICLE = "article", "Article"
    CAMPUS = "campus", "Campus"
    OFFER = "offre", "Offre"
    EVENT = "evenement", "Événement"
    TEXT = "texte", "Texte libre"

    @property
    def theme(self) -> Theme:
        """Whom it is for."""
        return {BlockKind.OFFER: Theme.JOBS, BlockKind.EVENT: Theme.EVENTS}.get(self, Theme.NEWS)


class Block(models.Model):
    """One entry of an issue, as it was when it was put in: what a letter says does not change after it has left."""

    issue = models.ForeignKey(Issue, verbose_name="numéro", on_delete=models.CASCADE, related_name="blocks")
    position = models.PositiveIntegerField("place")
    kind = models.CharField("nature", max_length=10, choices=BlockKind.choices)
    # What it was made from: « offre:12 »; empty for a free text.
    source_key = models.CharField("origine", max_length=60, blank=True)
    title = models.CharField("titre", max_length=200)
    text = models.TextField("texte", max_length=1500, blank=True)
    path = models.CharField("adresse", max_length=300, blank=True)
    filiere = models.ForeignKey(
        Filiere, verbose_name="filière", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    region = models.ForeignKey(
        Region, verbose_name="région", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "bloc d’un numéro"
        verbose_name_plural = "blocs des numéros"
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="block_has_title"),
            models.CheckConstraint(condition=Q(kind__in=BlockKind.values), name="block_kind_known"),
            models.UniqueConstraint(
                fields=["issue", "source_key"], condition=~Q(source_key=""), name="block_once_in_an_issue"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def theme(self) -> Theme:
        """Whom it is for."""
        return BlockKind(self.kind).theme


class Batch(models.Model):
    """Letters that one sender took at once, and hands over in the order of their numbers.

    `reached` is the one that it handed over last, or is handing over, committed before each letter: after a crash,
    those before it have left, those after it have not, and of that one alone nobody knows.
    """

    issue = models.ForeignKey(Issue, verbose_name="numéro", on_delete=models.CASCADE, related_name="batches")
    reached = models.BigIntegerField("envoi atteint", default=0)
    opened_at = models.DateTimeField("ouvert le")
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    class Meta:
        verbose_name = "lot d’envoi"
        verbose_name_plural = "lots d’envoi"
        ordering = ["pk"]
        constraints = [
            # One sender at a time for an issue, whatever the processes believe.
            models.UniqueConstraint(fields=["issue"], condition=Q(closed_at=None), name="batch_one_open_an_issue"),
        ]

    def __str__(self) -> str:
        return f"Lot {self.pk}"


class DeliveryState(models.TextChoices):
    """What became of one letter."""

    WAITING = "attente", "En attente"
    TAKEN = "pris", "Dans un lot"
    SENT = "partie", "Acceptée par le serveur"
    EMPTY = "vide", "Rien que la personne ait demandé"
    REFUSED = "refusee", "Refusée par le serveur"
    DOUBTFUL = "doute", "Sort inconnu, pas renvoyée"


class Delivery(models.Model):
    """An issue for a subscriber: one row, so one letter. Erased with the subscriber, or 30 days after the sending."""

    issue = models.ForeignKey(Issue, verbose_name="numéro", on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.ForeignKey(
        Subscriber, verbose_name="abonnement", on_delete=models.CASCADE, related_name="deliveries"
    )
    state = models.CharField("état", max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    batch = models.ForeignKey(
        Batch, verbose_name="lot", null=True, blank=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    not_before = models.DateTimeField("pas avant", null=True, blank=True)
    # What the server said, as codes (« 550 5.1.1 »): its sentences cite addresses.
    code = models.CharField("réponse du serveur", max_length=20, blank=True)
    returned_at = models.DateTimeField("revenue le", null=True, blank=True)

    class Meta:
        verbose_name = "envoi"
        verbose_name_plural = "envois"
        ordering = ["pk"]
        # With the number: the first rows that wait are read in their order, however many have left before them.
        indexes = [models.Index(fields=["issue", "state", "id"], name="delivery_in_order")]
        constraints = [
            models.UniqueConstraint(fields=["issue", "subscriber"], name="delivery_once"),
            models.CheckConstraint(
                condition=~Q(state=DeliveryState.TAKEN) | Q(batch__isnull=False),
                name="delivery_taken_has_a_batch",
            ),
        ]

    def __str__(self) -> str:
        return f"Envoi {self.pk}, {self.get_state_display()}"
