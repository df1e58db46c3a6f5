"""The newsroom: articles of the network and news of the campuses, their versions, pictures, remarks and addresses."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cmq.campuses.models import Campus
from cmq.reference.models import Filiere, Region


class Rubric(models.Model):
    """A heading that articles are filed under; the newsroom keeps the list."""

    slug = models.SlugField("adresse", max_length=60, unique=True)
    name = models.CharField("nom", max_length=60, unique=True)
    description = models.CharField("ce qu’on y lit", max_length=300, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "rubrique"
        verbose_name_plural = "rubriques"
        ordering = ["position", "name"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="rubric_has_name")]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A word that articles share."""

    slug = models.SlugField("adresse", max_length=60, unique=True)
    name = models.CharField("nom", max_length=60)

    class Meta:
        verbose_name = "mot-clé"
        verbose_name_plural = "mots-clés"
        ordering = ["slug"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="tag_has_name")]

    def __str__(self) -> str:
        return self.name


class IllustrationQuerySet(models.QuerySet["Illustration"]):
    """Pictures."""

    def usable_by(self, campus: Campus | None) -> "IllustrationQuerySet":
        """Those that an article may show: the network's own, and for campus news those of that campus besides."""
        return self.filter(Q(campus=None) | Q(campus=campus)) if campus else self.filter(campus=None)


class Illustration(models.Model):
    """A picture of the newsroom or of a campus, with whom to thank and what it shows to those who do not see."""

    campus = models.ForeignKey(
        Campus, verbose_name="campus", null=True, blank=True, on_delete=models.CASCADE, related_name="illustrations"
    )
    alternative = models.CharField("texte de remplacement", max_length=300)
    caption = models.CharField("légende", max_length=300, blank=True)
    credit = models.CharField("crédit", max_length=150)
    file = models.FileField("fichier", upload_to="illustrations/%Y/%m/", max_length=200)
    media_type = models.CharField("type", max_length=20)
    width = models.PositiveIntegerField("largeur")
    height = models.PositiveIntegerField("hauteur")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="ajoutée par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    added_at = models.DateTimeField("ajoutée le")
    # Some version that was agreed shows it: before that nobody outside the newsroom sees the file.
    is_public = models.BooleanField("montrée à tous", default=False)

    objects = IllustrationQuerySet.as_manager()

    class Meta:
        verbose_name = "illustration"
        verbose_name_plural = "illustrations"
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(credit=""), name="illustration_has_credit"),
            models.CheckConstraint(condition=~Q(alternative=""), name="illustration_has_alternative"),
            models.CheckConstraint(condition=~Q(file=""), name="illustration_has_file"),
        ]

    def __str__(self) -> str:
        return self.alternative


class IllustrationRendition(models.Model):
    """A picture in one width, drawn once when it was added."""

    illustration = models.ForeignKey(
        Illustration, verbose_name="illustration", on_delete=models.CASCADE, related_name="renditions"
    )
    width = models.PositiveIntegerField("largeur")
    height = models.PositiveIntegerField("hauteur")
    file = models.FileField("fichier", upload_to="illustrations/%Y/%m/", max_length=200)

    class Meta:
        verbose_name = "image redimensionnée"
        verbose_name_plural = "images redimensionnées"
        ordering = ["width"]
        constraints = [
            models.UniqueConstraint(fields=["illustration", "width"], name="rendition_once"),
            models.CheckConstraint(condition=~Q(file=""), name="rendition_has_file"),
        ]

    def __str__(self) -> str:
        return f"{self.illustration} ({self.width} px)"


class ArticleState(models.TextChoices):
    """Where the newest version of an article stands; `rules.MOVES` says what may follow."""

    DRAFT = "redaction", "En rédaction"
    IN_REVIEW = "relecture", "En relecture"
    AGREED = "acceptee", "Acceptée"


class ArticleQuerySet(models.QuerySet["Article"]):
    """Articles."""

    def published(self, at: dt.datetime) -> "ArticleQuerySet":
        """Those that everyone may read at an instant, wherever they are listed."""
        is_out = Q(shown_version__isnull=False, publish_at__lte=at)
        return self.filter(is_out & (Q(withdraw_at=None) | Q(withdraw_at__gt=at)))

    def national(self) -> "ArticleQuerySet":
        """Those of the national list: the newsroom's own, and campus news that an editor promoted."""
        return self.filter(is_national=True)

    def of_campus(self, campus: Campus) -> "ArticleQuerySet":
        """The news that a campus wrote, promoted or not."""
        return self.filter(campus=campus)

    def real(self) -> "ArticleQuerySet":
        """Without the demonstration."""
        return self.filter(is_demo=False)

    def for_list(self) -> "ArticleQuerySet":
        """With what a list or a letter shows of each, in a bounded number of queries."""
        return self.select_related("rubric", "filiere", "region", "campus", "picture").prefetch_related(
            "picture__renditions"
        )


class Article(models.Model):
    """An article of the network, or a piece of news of a campus.

    `title` to `picture` are what readers see, copied from the version that was agreed (`shown_version`); before the
    first agreement they follow the draft and nobody outside sees them. The text being written is the newest row of
    `versions`. The clock alone publishes and withdraws: `ArticleQuerySet.published`.
    """

    slug = models.SlugField("adresse", max_length=100, unique=True)
    rubric = models.ForeignKey(Rubric, verbose_name="rubrique", on_delete=models.PROTECT, related_name="articles")
    title = models.CharField("titre", max_length=150)
    standfirst = models.CharField("chapô", max_length=500, blank=True)
    body = models.TextField("texte", blank=True)
    byline = models.CharField("signature", max_length=120, blank=True)
    picture = models.ForeignKey(
        Illustration, verbose_name="image", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    filiere = models.ForeignKey(
        Filiere, verbose_name="filière", null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    region = models.ForeignKey(
        Region, verbose_name="région", null=True, blank=True, on_delete=models.PROTECT, related_name="articles"
    )
    # The campus that wrote it; None for the newsroom's own.
    campus = models.ForeignKey(
        Campus, verbose_name="campus", null=True, blank=True, on_delete=models.CASCADE, related_name="articles"
    )
    tags = models.ManyToManyField(Tag, verbose_name="mots-clés", blank=True, related_name="articles")
    related = models.ManyToManyField("self", verbose_name="voir aussi", blank=True, symmetrical=False)
    is_national = models.BooleanField("sur la liste nationale", default=True)
    proposed_at = models.DateTimeField("proposé à la rédaction le", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="commencé par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField("commencé le")
    state = models.CharField("état", max_length=10, choices=ArticleState.choices, default=ArticleState.DRAFT)
    # Number of the newest version; what is checked when somebody saves.
    version = models.PositiveIntegerField("version", default=1)
    shown_version = models.PositiveIntegerField("version montrée", null=True, blank=True)
    publish_at = models.DateTimeField("publié le", null=True, blank=True)
    withdraw_at = models.DateTimeField("retiré le", null=True, blank=True)
    withdrawal_reason = models.CharField("raison du retrait", max_length=300, blank=True)
    # When readers last got another text.
    updated_at = models.DateTimeField("mis à jour le", null=True, blank=True)
    is_demo = models.BooleanField("démonstration", default=False)

    objects = ArticleQuerySet.as_manager()

    class Meta:
        verbose_name = "article"
        verbose_name_plural = "articles"
        ordering = ["-publish_at", "-pk"]
        indexes = [models.Index(fields=["is_national", "publish_at"], name="article_by_date")]
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="article_has_title"),
            models.CheckConstraint(condition=Q(state__in=ArticleState.values), name="article_state_known"),
            models.CheckConstraint(
                condition=Q(is_national=True) | Q(campus__isnull=False), name="article_is_somewhere"
            ),
            models.CheckConstraint(
                condition=Q(publish_at=None) | Q(shown_version__isnull=False), name="article_dated_when_agreed"
            ),
            models.CheckConstraint(
                condition=Q(withdraw_at=None) | Q(withdraw_at__gte=F("publish_at")), name="article_withdrawn_after"
            ),
            models.CheckConstraint(
                condition=Q(shown_version=None) | Q(shown_version__lte=F("version")), name="article_shows_a_version"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The public page."""
        return f"/articles/{self.slug}/"

    def is_published(self, at: dt.datetime) -> bool:
        """Whether everyone may read it at an instant."""
        is_out = self.shown_version is not None and self.publish_at is not None and self.publish_at <= at
        return is_out and (self.withdraw_at is None or self.withdraw_at > at)

    def is_withdrawn(self, at: dt.datetime) -> bool:
        """Whether it was public and no longer is."""
        was_out = self.publish_at is not None and self.publish_at <= at
        return was_out and self.withdraw_at is not None and self.withdraw_at <= at


class ArticleVersion(models.Model):
    """The text of an article as somebody saved it. What was agreed, and by whom, is never rewritten."""

    article = models.ForeignKey(Article, verbose_name="article", on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("numéro")
    title = models.CharField("titre", max_length=150)
    standfirst = models.CharField("chapô", max_length=500, blank=True)
    body = models.TextField("texte", blank=True)
    byline = models.CharField("signature", max_length=120, blank=True)
    picture = models.ForeignKey(
        Illustration, verbose_name="image", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_at = models.DateTimeField("enregistrée le")
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="acceptée par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    agreed_at = models.DateTimeField("acceptée le", null=True, blank=True)

    class Meta:
        verbose_name = "version d’un article"
        verbose_name_plural = "versions des articles"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="article_version_once"),
            models.CheckConstraint(condition=~Q(title=""), name="article_version_has_title"),
        ]

    def __str__(self) -> str:
        return f"{self.title} (version {self.number})"


class ArticleAddress(models.Model):
    """An address that an article had: it leads to the one it has."""

    slug = models.SlugField("ancienne adresse", max_length=100, unique=True)
    article = models.ForeignKey(Article, verbose_name="article", on_delete=models.CASCADE, related_name="old_addresses")

    class Meta:
        verbose_name = "ancienne adresse d’un article"
        verbose_name_plural = "anciennes adresses des articles"
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class ArticleComment(models.Model):
    """A remark on an article under review; nothing is agreed before it is resolved."""

    article = models.ForeignKey(Article, verbose_name="article", on_delete=models.CASCADE, related_name="comments")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="auteur", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    version = models.PositiveIntegerField("sur la version")
    text = models.TextField("texte")
    at = models.DateTimeField("écrit le")
    resolved_at = models.DateTimeField("réglé le", null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="réglé par", null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = "remarque sur un article"
        verbose_name_plural = "remarques sur les articles"
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="article_comment_has_text")]

    def __str__(self) -> str:
        return self.text[:80]


class WatchedLink(models.Model):
    """An outside address that shown texts lead to, and what it last answered."""

    url = models.CharField("adresse", max_length=1000, unique=True)
    articles = models.ManyToManyField(Article, verbose_name="articles", related_name="watched_links")
    checked_at = models.DateTimeField("essayée le", null=True, blank=True)
    status = models.PositiveSmallIntegerField("réponse", null=True, blank=True)
    # The French sentence that says what is wrong; empty when it answers.
    problem = models.CharField("défaut", max_length=200, blank=True)
    failing_since = models.DateTimeField("en défaut depuis", null=True, blank=True)

    class Meta:
        verbose_name = "lien surveillé"
        verbose_name_plural = "liens surveillés"
        ordering = ["url"]
        constraints = [
            models.CheckConstraint(
                condition=Q(problem="", failing_since=None) | (~Q(problem="") & Q(failing_since__isnull=False)),
                name="watched_link_fails_since",
            )
        ]

    def __str__(self) -> str:
        return self.url


class StandingSubject(models.TextChoices):
    """The standing texts of the site; their addresses are those of the pages."""

    ABOUT = "a-propos", "À propos du registre"
    LEGAL = "mentions-legales", "Mentions légales"
    PRIVACY = "donnees-personnelles", "Données personnelles"
    ACCESSIBILITY = "accessibilite", "Accessibilité"
    COOKIES = "cookies", "Cookies"


class StandingPageQuerySet(models.QuerySet["StandingPage"]):
    """Versions of the standing texts."""

    def agreed(self) -> "StandingPageQuerySet":
        """Those that were agreed: the newest of them is what readers see."""
        return self.filter(agreed_at__isnull=False)


class StandingPage(models.Model):
    """A standing text as somebody saved it; without any, the page shows the text that the product carries."""

    subject = models.CharField("page", max_length=24, choices=StandingSubject.choices)
    number = models.PositiveIntegerField("version")
    body = models.TextField("texte")
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="par", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    saved_at = models.DateTimeField("enregistré le")
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="accepté par",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    agreed_at = models.DateTimeField("accepté le", null=True, blank=True)

    objects = StandingPageQuerySet.as_manager()

    class Meta:
        verbose_name = "texte permanent"
        verbose_name_plural = "textes permanents"
        ordering = ["subject", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["subject", "number"], name="standing_page_once"),
            models.CheckConstraint(condition=Q(subject__in=StandingSubject.values), name="standing_subject_known"),
            models.CheckConstraint(condition=~Q(body=""), name="standing_page_has_text"),
        ]

    def __str__(self) -> str:
        return f"{self.get_subject_display()}, version {self.number}"
