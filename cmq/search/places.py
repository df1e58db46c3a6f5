"""Places that people name among other words: « infirmier à Lille », « 59 », « à 30 km de Berck », « en Bretagne »."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.db.models import F

from cmq.core.text import fold
from cmq.reference.models import Commune, CommunePostcode, Departement, Region
from cmq.reference.queries import folded_place
from cmq.search.selection import DEFAULT_RADIUS, MAX_RADIUS, MIN_RADIUS, Near
from cmq.search.words import listed

_MOST_WORDS = 6  # of a place's name
# A commune is recognised without « à » only when many know it; after « de », which binds anything, too.
_WELL_KNOWN = 20_000
_KNOWN = 5_000
# Names of communes and départements that mean something else in a search.
_NOT_ALONE = listed("mer ain lot somme manche creuse cher var aube indre centre vienne orne tours lens nord")
_NEVER = frozenset({"moi", "chez", "domicile", "temps", "distance"})

_AROUND = ("autour", "pres", "proche", "cote", "environs", "alentours", "rayon", "km", "secteur", "proximite")
_JOINING = listed("a au aux de d du des la le les l en dans sur vers un une chez et")
_STRONG = frozenset({"a", "au", "aux", "sur", "dans", "en", "vers"})
_ME = re.compile(r"\b(?:autour|pres|proche|a cote|a proximite) d(?:e |u )?(?:chez )?moi\b")
_KM = re.compile(r"\d{1,4}")
_FIGURES = re.compile(r"\d")
_AREA_CODE = re.compile(r"0[1-9]|[1-8]\d|9[0-5]|2[ab]|97[1-8]")
_COUNTS = listed("heure heures h ans an mois euros jours postes places km bac niveau rncp")

_ALIASES: dict[str, tuple[str, ...]] = {
    "idf": ("ile-de-france",),
    "region parisienne": ("ile-de-france",),
    "paca": ("provence-alpes-cote-d-azur",),
    "aura": ("auvergne-rhone-alpes",),
    "hdf": ("hauts-de-france",),
    "reunion": ("la-reunion",),
}
# Former regions that people still name, by their départements.
_FORMER: dict[str, tuple[str, ...]] = {
    "alsace": ("67", "68"),
    "lorraine": ("54", "55", "57", "88"),
    "champagne ardenne": ("08", "10", "51", "52"),
    "picardie": ("02", "60", "80"),
    "nord pas de calais": ("59", "62"),
    "haute normandie": ("27", "76"),
    "basse normandie": ("14", "50", "61"),
    "bourgogne": ("21", "58", "71", "89"),
    "franche comte": ("25", "39", "70", "90"),
    "auvergne": ("03", "15", "43", "63"),
    "rhone alpes": ("01", "07", "26", "38", "42", "69", "73", "74"),
    "aquitaine": ("24", "33", "40", "47", "64"),
    "limousin": ("19", "23", "87"),
    "poitou charentes": ("16", "17", "79", "86"),
    "languedoc roussillon": ("11", "30", "34", "48", "66"),
    "midi pyrenees": ("09", "12", "31", "32", "46", "65", "81", "82"),
}


@dataclass(frozen=True, slots=True)
class Area:
    """A territory to stay in: « departement » or « region », the values of it, and its French name."""

    tag: str
    values: tuple[str, ...]
    label: str


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """What a text says of where, and the words that are left.

    Attributes:
        place: a commune to look around, a territory to stay in, or nothing.
        radius: kilometres around the commune.
        typed: the words that were taken for the place.
        around_me: the reader means where they stand.
    """

    left: tuple[str, ...]
    place: Near | Area | None = None
    radius: int = DEFAULT_RADIUS
    typed: str = ""
    around_me: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Some words of the text that may be a place: from `start` to `end`, after a preposition or not."""

    start: int
    end: int
    text: str
    strength: str  # « strong », « weak », or « bare »


def named_place(folded: Sequence[str], *, means_else: Callable[[str], bool] = lambda text: False) -> NamedPlace:
    """Read the place out of a text's folded words, silent ones included. A query or two; none without a candidate.

    `means_else` tells of a name that stands without a preposition whether it is a word for something else:
    « maçon », once folded, is also Mâcon.
    """
    around_me = bool(_ME.search(" ".join(folded)))
    words = _ME.sub(" ", " ".join(folded)).split() if around_me else list(folded)
    radius, words = _radius(words)
    found = _find(words, means_else)
    if found is None:
        return NamedPlace(tuple(words), radius=radius or DEFAULT_RADIUS, around_me=around_me)
    place, start, end = found
    first = start
    while first and (words[first - 1] in _JOINING or words[first - 1] in _AROUND):
        first -= 1
    left = (*words[:first], *words[end:])
    return NamedPlace(left, place, radius or DEFAULT_RADIUS, " ".join(words[start:end]), around_me)


def _radius(words: list[str]) -> tuple[int | None, list[str]]:
    """« à 30 km de Berck » → 30, « de Berck » with a strong « a » before it."""
    for at, word in enumerate(words):
        joined = re.fullmatch(r"(\d{1,4})(?:km|kms)", word)
        if joined:
            number, after = joined[1], at + 1
        elif _KM.fullmatch(word) and words[at + 1 : at + 2] and words[at + 1] in ("km", "kms", "kilometres"):
            number, after = word, at + 2
        else:
            continue
        before = at
        while before and (words[before - 1] in _JOINING or words[before - 1] in ("rayon", "moins")):
            before -= 1
        return min(MAX_RADIUS, max(MIN_RADIUS, int(number))), [*words[:before], "autour", *words[after:]]
    return None, words


def _find(words: list[str], means_else: Callable[[str], bool]) -> tuple[Near | Area, int, int] | None:
    candidates = [each for each in _candidates(words) if each.strength == "strong" or not means_else(each.text)]
    communes = _communes_named({folded_place(each.text) for each in candidates}) if candidates else {}
    for candidate in candidates:
        place = _place(candidate, words, communes)
        if place is not None:
            return place[0], candidate.start, place[1]
    return None


def _candidates(words: list[str]) -> Iterator[_Candidate]:
    """The longest first, what stands after a preposition of place before what stands alone at an end."""
    spans = [(a, b) for a in range(len(words)) for b in range(a + 1, min(a + _MOST_WORDS, len(words)) + 1)]
    spans.sort(key=lambda span: (span[0] - span[1], span[0]))
    ranked: list[tuple[tuple[int, bool], _Candidate]] = []
    for start, end in spans:
        if _NEVER.intersection(words[start:end]) or words[start] in ("a", "de", "d", "en", "sur", "dans", "du", "des"):
            continue
        strength = _strength(words, start)
        text = " ".join(words[start:end])
        # Alone, it stands at an end of the text, or before the figures that say which one it is.
        is_at_an_end = start == 0 or end == len(words) or (end == len(words) - 1 and _FIGURES.match(words[end]))
        if strength == "bare" and not is_at_an_end:
            continue
        rank = ("strong", "weak", "bare").index(strength), bool(_FIGURES.match(text))
        ranked.append((rank, _Candidate(start, end, text, strength)))
    yield from (candidate for _, candidate in sorted(ranked, key=lambda each: each[0]))


def _strength(words: list[str], start: int) -> str:
    before = words[:start]
    while before and before[-1] in ("la", "le", "les", "l"):
        before = before[:-1]
    if not before:
        return "bare"
    if before[-1] in _STRONG or before[-1] in _AROUND:
        return "strong"
    if before[-1] in ("de", "d", "du", "des"):
        return "strong" if len(before) > 1 and before[-2] in _AROUND else "weak"
    return "bare"


def _place(
    candidate: _Candidate, words: list[str], communes: dict[str, list[Commune]]
) -> tuple[Near | Area, int] | None:
    """What a candidate names, and where it ends."""
    text, end = candidate.text, candidate.end
    is_alone = candidate.strength != "strong"
    coded = _coded(candidate, words)
    if coded is not None:
        return coded, end
    named = communes.get(folded_place(text), [])
    least = {"strong": 0, "weak": _WELL_KNOWN, "bare": _KNOWN}[candidate.strength]
    area = territories().get(text)
    before = words[candidate.start - 1] if candidate.start else ""
    prefers_area = area is not None and (before in ("en", "dans", "l", "la", "le", "les") or area.tag == "region")
    if is_alone and text in _NOT_ALONE:
        return None
    if named and not prefers_area and (named[0].population or 0) >= least:
        return _within(named, words, end)
    return (area, end) if area is not None and candidate.strength != "weak" else None


def _coded(candidate: _Candidate, words: list[str]) -> Near | Area | None:
    """A postcode, or the code of a département that nothing makes a number of something."""
    text = candidate.text
    around = {*words[max(0, candidate.start - 1) : candidate.start], *words[candidate.end : candidate.end + 1]}
    if around & _COUNTS:
        return None
    if re.fullmatch(r"\d{5}", text):
        return postcode(text)
    return territories().get(text) if _AREA_CODE.fullmatch(text) else None


def _within(named: list[Commune], words: list[str], end: int) -> tuple[Near, int]:
    """The commune meant: that of the département or postcode which follows (« berck 62 »), else the largest."""
    following = words[end] if end < len(words) else ""
    chosen = next((each for each in named if following and _is_in(each, following)), None)
    if chosen is not None:
        return near(chosen), end + 1
    arrondissement = re.fullmatch(r"(\d{1,2})(?:e|er|eme|ieme)?", following)
    if arrondissement and named[0].insee_code in ("75056", "69123", "13055"):
        parts = Commune.objects.matching(f"{named[0].name} {arrondissement[1]}e", limit=1)
        if parts and parts[0].parent_id == named[0].insee_code:
            return near(parts[0]), end + 1
    return near(named[0]), end + 2 if words[end : end + 2] == ["sur", "mer"] else end


def _is_in(commune: Commune, code: str) -> bool:
    departement = commune.departement_id
    return code.upper() == departement or (len(code) == 5 and code.isdigit() and code.startswith(departement[:2]))


def _communes_named(names: set[str]) -> dict[str, list[Commune]]:
    """Located communes of these folded names, the largest first."""
    rows = Commune.objects.located().filter(folded_name__in=names)
    found: dict[str, list[Commune]] = {}
    for row in rows.order_by(F("population").desc(nulls_last=True), "insee_code"):
        found.setdefault(row.folded_name, []).append(row)
    return found


def near(commune: Commune) -> Near:
    """A located commune as a place to look around."""
    assert commune.latitude is not None and commune.longitude is not None
    return Near(commune.insee_code, str(commune), commune.latitude, commune.longitude)


def postcode(code: str) -> Near | None:
    """The largest located commune that a postcode serves."""
    served = CommunePostcode.objects.filter(code=code, commune__latitude__isnull=False).select_related("commune")
    first = served.order_by(F("commune__population").desc(nulls_last=True), "commune").first()
    return near(first.commune) if first else None


@lru_cache(maxsize=1)
def territories() -> dict[str, Area]:
    """Départements (by name and code), regions, and what people call them."""
    found: dict[str, Area] = {}
    departements = {row.code: row for row in Departement.objects.all()}
    regions = {row.slug: row for row in Region.objects.all()}
    for row in departements.values():
        area = Area("departement", (row.code,), str(row))
        found[fold(row.name)] = found[row.code.lower()] = area
    for slug, region in regions.items():
        found[fold(region.name)] = Area("region", (slug,), region.name)
    for alias, slugs in _ALIASES.items():
        known = [slug for slug in slugs if slug in regions]
        if known:
            found[alias] = Area("region", tuple(known), regions[known[0]].name)
    for name, codes in _FORMER.items():
        found[name] = Area("departement", codes, name.title().replace(" ", "-"))
    return found
