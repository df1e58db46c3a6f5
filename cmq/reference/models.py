"""The territories of France, the filières of the label, diploma levels, and the lycées known from the start.

Loaded by `actions.load_reference`, edited by nobody: a row changes when the data that the product carries change.
"""

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from cmq.core.text import fold
from cmq.reference.codes import postcode_departement, validate_uai
from cmq.reference.queries import PlaceText, place_text

_ARTICLES = ("le ", "la ", "les ", "l ")


class Zone(models.TextChoices):
    """Where a region is, in law."""

    METROPOLE = "metropole", "France métropolitaine"
    DROM = "drom", "Département ou région d’outre-mer"
    COM = "com", "Collectivité d’outre-mer"


class RegionQuerySet(models.QuerySet["Region"]):
    """Regions, and the overseas collectivities that stand beside them."""

    def academic(self) -> "RegionQuerySet":
        """The 18 regions, each of which is also a région académique (code de l'éducation, R. 222-2)."""
        return self.exclude(zone=Zone.COM)


class Region(models.Model):
    """A region, or an overseas collectivity."""

    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60)
    slug = models.SlugField("adresse", max_length=80, unique=True)
    zone = models.CharField("zone", max_length=9, choices=Zone.choices)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = "région"
        verbose_name_plural = "régions"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name="") & ~Q(slug=""), name="region_is_named"),
            models.CheckConstraint(condition=Q(zone__in=Zone.values), name="region_zone_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Academie(models.Model):
    """An académie: the district of a rector."""

    code = models.CharField("code", max_length=2, primary_key=True)
    name = models.CharField("nom", max_length=60)
    slug = models.SlugField("adresse", max_length=80, unique=True)
    region = models.ForeignKey(
        Region, verbose_name="région académique", on_delete=models.PROTECT, related_name="academies"
    )

    class Meta:
        verbose_name = "académie"
        verbose_name_plural = "académies"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name="") & ~Q(slug=""), name="academie_is_named"),
        ]

    def __str__(self) -> str:
        return self.name


class Departement(models.Model):
    """A département, or an overseas collectivity (which has no académie of its own here)."""

    code = models.CharField("code INSEE", max_length=3, primary_key=True)
    name = models.CharField("nom", max_length=60)
    slug = models.SlugField("adresse", max_length=80, unique=True)
    region = models.ForeignKey(Region, verbose_name="région", on_delete=models.PROTECT, related_name="departements")
    academie = models.ForeignKey(
        Academie,
        verbose_name="académie",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="departements",
    )

    class Meta:
        verbose_name = "département"
        verbose_name_plural = "départements"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=~Q(code="") & ~Q(name="") & ~Q(slug=""), name="departement_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"


class EpciKind(models.TextChoices):
    """Établissements publics de coopération intercommunale à fiscalité propre, codes of the DGCL."""

    CC = "CC", "Communauté de communes"
    CA = "CA", "Communauté d’agglomération"
    CU = "CU", "Communauté urbaine"
    METRO = "METRO", "Métropole"
    MET69 = "MET69", "Métropole de Lyon"


class Epci(models.Model):
    """A group of communes with its own taxes."""

    siren = models.CharField("SIREN", max_length=9, primary_key=True)
    name = models.CharField("nom", max_length=160)
    kind = models.CharField("nature", max_length=5, choices=EpciKind.choices)
    population = models.PositiveIntegerField("population municipale", null=True, blank=True)

    class Meta:
        verbose_name = "intercommunalité"
        verbose_name_plural = "intercommunalités"
        ordering = ["name", "siren"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length("siren"), 9), name="epci_siren_has_nine_digits"),
            models.CheckConstraint(condition=Q(kind__in=EpciKind.values), name="epci_kind_known"),
        ]

    def __str__(self) -> str:
        return self.name


class CommuneKind(models.TextChoices):
    """What a row of the communes is."""

    COMMUNE = "commune", "Commune"
    ARRONDISSEMENT = "arrondissement_municipal", "Arrondissement municipal"


class CommuneQuerySet(models.QuerySet["Commune"]):
    """Communes of today, with the arrondissements of Paris, Lyon and Marseille."""

    def whole(self) -> "CommuneQuerySet":
        """Communes only: each inhabitant once."""
        return self.filter(kind=CommuneKind.COMMUNE)

    def located(self) -> "CommuneQuerySet":
        """Those whose centre is known."""
        return self.filter(latitude__isnull=False)

    def matching(self, text: str, limit: int = 10) -> "CommuneQuerySet":
        """Completion: at most `limit` communes for what has been typed, best first.

        By name (accents, case, hyphens and « st » forgiven; the beginning of each word is enough), by postcode or its
        beginning, or both. A text that says more than an official name (« Berck sur Mer ») finds that name.
        """
        typed = place_text(text)
        if not typed.every_word:
            return self.none()
        found = self.filter(_named_like(typed))
        if not found.exists():
            return self._named_by_the_first_words(typed)[:limit]
        ranks = [Case(*_exactness(typed), default=9)]
        if typed.area:
            ranks.append(Case(When(_served_from(typed.area), then=0), default=1))
        return found.order_by(*ranks, F("population").desc(nulls_last=True), "insee_code")[:limit]

    def _named_by_the_first_words(self, typed: PlaceText) -> "CommuneQuerySet":
        beginnings = [" ".join(typed.words[:count]) for count in range(1, len(typed.words))]
        where = _around(typed.area) if typed.area else Q()
        return self.filter(where, folded_name__in=beginnings).order_by(
            Length("folded_name").desc(), F("population").desc(nulls_last=True), "insee_code"
        )


class Commune(models.Model):
    """A commune, or an arrondissement of Paris, Lyon or Marseille (then `parent` is the commune)."""

    insee_code = models.CharField("code INSEE", max_length=5, primary_key=True)
    name = models.CharField("nom", max_length=80)
    # `queries.folded_place(name)`
    folded_name = models.CharField("nom simplifié", max_length=80, db_index=True, editable=False)
    kind = models.CharField("nature", max_length=24, choices=CommuneKind.choices, default=CommuneKind.COMMUNE)
    departement = models.ForeignKey(
        Departement, verbose_name="département", on_delete=models.PROTECT, related_name="communes"
    )
    epci = models.ForeignKey(
        Epci, verbose_name="intercommunalité", null=True, blank=True, on_delete=models.PROTECT, related_name="communes"
    )
    parent = models.ForeignKey(
        "self", verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="arrondissements"
    )
    population = models.PositiveIntegerField("population municipale", null=True, blank=True)
    latitude = models.FloatField("latitude du centre", null=True, blank=True)
    longitude = models.FloatField("longitude du centre", null=True, blank=True)

    objects = CommuneQuerySet.as_manager()

    class Meta:
        verbose_name = "commune"
        verbose_name_plural = "communes"
        ordering = ["name", "insee_code"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length("insee_code"), 5), name="commune_code_has_five_signs"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(folded_name=""), name="commune_is_named"),
            models.CheckConstraint(
                # « Not null » is said, because a check lets pass what SQL cannot tell.
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="commune_centre_is_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(kind=CommuneKind.COMMUNE, parent=None)
                | Q(kind=CommuneKind.ARRONDISSEMENT, parent__isnull=False),
                name="commune_only_arrondissement_has_parent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.departement_id})"


class CommunePostcode(models.Model):
    """One of the postcodes that La Poste serves a commune by."""

    commune = models.ForeignKey(Commune, verbose_name="commune", on_delete=models.CASCADE, related_name="postcodes")
    code = models.CharField("code postal", max_length=5, db_index=True)

    class Meta:
        verbose_name = "code postal"
        verbose_name_plural = "codes postaux"
        ordering = ["code", "commune"]
        constraints = [
            models.UniqueConstraint(fields=["commune", "code"], name="postcode_once_a_commune"),
            models.CheckConstraint(condition=Exact(Length("code"), 5), name="postcode_has_five_digits"),
        ]

    def __str__(self) -> str:
        return self.code


class FiliereQuerySet(models.QuerySet["Filiere"]):
    """The twelve filières."""

    def matching(self, text: str) -> "Filiere | None":
        """The filière of that very name or variant, accents, case and punctuation forgiven; None when it is none."""
        folded = fold(text[:200])
        return self.filter(variants__folded_name=folded).first() if folded else None


class Filiere(models.Model):
    """One of the twelve sectors that the ministry sorts campuses by."""

    slug = models.SlugField("adresse", max_length=80, unique=True)
    name = models.CharField("nom", max_length=120, unique=True)
    position = models.PositiveSmallIntegerField("rang")

    objects = FiliereQuerySet.as_manager()

    class Meta:
        verbose_name = "filière"
        verbose_name_plural = "filières"
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(condition=~Q(slug="") & ~Q(name=""), name="filiere_is_named"),
            models.CheckConstraint(condition=Q(position__gte=1), name="filiere_position_from_one"),
        ]

    def __str__(self) -> str:
        return self.name


class FiliereName(models.Model):
    """A way to write a filière's name; the official one is among them."""

    filiere = models.ForeignKey(Filiere, verbose_name="filière", on_delete=models.CASCADE, related_name="variants")
    name = models.CharField("nom", max_length=120)
    folded_name = models.CharField("nom simplifié", max_length=120, unique=True, editable=False)

    class Meta:
        verbose_name = "variante du nom d’une filière"
        verbose_name_plural = "variantes du nom des filières"
        ordering = ["folded_name"]
        constraints = [
            models.CheckConstraint(condition=~Q(name="") & ~Q(folded_name=""), name="filiere_variant_is_named"),
        ]

    def __str__(self) -> str:
        return self.name


class DiplomaLevel(models.Model):
    """A level of the cadre national des certifications professionnelles (code du travail, D. 6113-19)."""

    level = models.SmallIntegerField("niveau", primary_key=True)
    name = models.CharField("nom", max_length=60)
    examples = models.CharField("diplômes", max_length=160)

    class Meta:
        verbose_name = "niveau de diplôme"
        verbose_name_plural = "niveaux de diplôme"
        ordering = ["level"]
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(3, 8)), name="diploma_level_from_3_to_8"),
            models.CheckConstraint(condition=~Q(name=""), name="diploma_level_is_named"),
        ]

    def __str__(self) -> str:
        return f"Niveau {self.level} ({self.name})"


class School(models.Model):
    """A lycée of the list that the product carries: a seed for organisations, not a directory kept up to date."""

    uai = models.CharField("UAI", max_length=8, primary_key=True, validators=[validate_uai])
    name = models.CharField("nom", max_length=200)
    commune = models.ForeignKey(
        Commune, verbose_name="commune", null=True, blank=True, on_delete=models.PROTECT, related_name="schools"
    )
    # Of the school's address: may be a CEDEX code, that no commune has.
    postcode = models.CharField("code postal", max_length=5, blank=True)
    city = models.CharField("ville", max_length=80)

    class Meta:
        verbose_name = "lycée"
        verbose_name_plural = "lycées"
        ordering = ["name", "uai"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length("uai"), 8), name="school_uai_has_eight_signs"),
            models.CheckConstraint(condition=~Q(name=""), name="school_is_named"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.city})"


class LoadedReference(models.Model):
    """What was last loaded of one part of the reference data: the digest of its files, and whom they come from."""

    name = models.CharField("partie", max_length=40, primary_key=True)
    digest = models.CharField("empreinte SHA-256", max_length=64)
    loaded_at = models.DateTimeField("chargé le")
    attribution = models.CharField("sources", max_length=300)

    class Meta:
        verbose_name = "référentiel chargé"
        verbose_name_plural = "référentiels chargés"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(condition=Exact(Length("digest"), 64), name="loaded_reference_digest_is_sha256"),
        ]

    def __str__(self) -> str:
        return self.name


def _named_like(typed: PlaceText) -> Q:
    """Communes whose name has each word of the text, or is served from the text's figures and has its other words."""
    if not typed.words:
        return _served_from(typed.area)
    named = _has_words(typed.every_word, typed.unfinished)
    return named | (_has_words(typed.words, typed.unfinished) & _around(typed.area)) if typed.area else named


def _has_words(words: tuple[str, ...], unfinished: str) -> Q:
    """Each word begins a word of the name; the last one may be `unfinished` instead."""
    condition = Q()
    for word in words[:-1]:
        condition &= _has_word(word)
    last = _has_word(words[-1])
    return condition & (last | _has_word(unfinished) if unfinished else last)


def _has_word(word: str) -> Q:
    return Q(folded_name__startswith=word) | Q(folded_name__contains=f" {word}")


def _served_from(area: str) -> Q:
    """A postcode that begins so, or the département of that code."""
    if not area.isdigit():
        return Q(departement=area)
    # A range, because an index serves it on every database.
    codes = CommunePostcode.objects.filter(code__range=(area.ljust(5, "0"), area.ljust(5, "9")))
    return Q(pk__in=codes.values("commune")) | Q(departement=area)


def _around(area: str) -> Q:
    """As `_served_from`, or in the same département: the postcode beside a name is often a CEDEX, or a neighbour's."""
    return _served_from(area) | Q(departement=postcode_departement(area)) if area.isdigit() else Q(departement=area)


def _exactness(typed: PlaceText) -> list[When]:
    """Ranks, best first: the very name, the name but for its article or « e arrondissement », its beginning."""
    nearly = [article + name for name in typed.names for article in _ARTICLES]
    nearly += [f"{name}{ordinal} arrondissement" for name in typed.names for ordinal in ("e", "er")]
    ranks = [
        When(folded_name__in=typed.names, then=Value(0)),
        When(folded_name__in=nearly, then=Value(1)),
        *(When(folded_name__startswith=name, then=Value(2)) for name in typed.beginnings),
    ]
    # Of Paris and its 13th arrondissement, « 75013 » names the second.
    of_postcode = When(kind=CommuneKind.ARRONDISSEMENT, then=Value(0))
    return [of_postcode] if not typed.words and len(typed.area) == 5 else ranks
