"""Which campuses complete another, and why: plain reasons, each with its weight, in pure functions.

The score of a suggestion is the sum of the weights of its reasons; of one kind of reason the `MOST_OF_A_KIND` strongest
are counted and said. Order: the highest score, then the name, then the key, so that the same facts always give the
same list. Weights, from what acts to what merely resembles:

- an offer of the other answers a need of mine, or the reverse: `ANSWER`;
- the other teaches the RNCP or ROME code that I look for, or a module that my need names, or the reverse: `SOUGHT`;
- a partner of both: `PARTNER`; a practice for a public that is mine: `PRACTICE`;
- a skill (a training or a module, in close words: `closeness`), an RNCP code, a ROME code of both: `SKILL`, `CODE`;
- the other reaches a public that I do not reach: `LACK`; a public of both: `AUDIENCE`;
- near each other: `NEAR` under 60 km, `NEARISH` under 150 km; the same filière: `FILIERE`.
"""

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus
from cmq.complements import closeness
from cmq.complements.models import Notice, NoticeKind, Topic
from cmq.core.rights import right
from cmq.core.text import fold
from cmq.reference.audiences import Audience

ANSWER, SOUGHT, PARTNER, PRACTICE, CODE, SKILL, LACK, AUDIENCE, NEAR, NEARISH, FILIERE = 8, 6, 5, 4, 4, 3, 2, 2, 3, 1, 1
MOST_OF_A_KIND = 3
NEAR_KM, NEARISH_KM = 60, 150
LONGEST_NOTICE_DAYS = 365


@right("complements.read", "Voir les complémentarités d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
@right("complements.dismiss", "Écarter une complémentarité", roles=campuses.CAMPUS_PEOPLE, about="campus")
@right("complements.post", "Publier et répondre aux besoins et offres", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_edit(person: Any, campus: Campus) -> bool:
    """Those who work on the campus."""
    return campuses.can_edit(person, campus)


@dataclass(frozen=True)
class Wish:
    """A need or an offer that stands, as it is compared."""

    pk: int
    title: str
    topic: str
    audience: str = ""
    rncp: str = ""
    rome: str = ""


@dataclass(frozen=True)
class Profile:
    """What is compared of a campus."""

    pk: int
    name: str
    slug: str = ""
    region: str = ""
    filiere: str = ""
    places: tuple[tuple[float, float], ...] = ()
    audiences: frozenset[str] = frozenset()
    partners: frozenset[tuple[int, str]] = frozenset()
    # Title of a practice, and a public that it is for.
    practices: frozenset[tuple[str, str]] = frozenset()
    skills: frozenset[str] = frozenset()
    rncp: frozenset[str] = frozenset()
    rome: frozenset[str] = frozenset()
    needs: tuple[Wish, ...] = ()
    offers: tuple[Wish, ...] = ()


@dataclass(frozen=True, order=True)
class Reason:
    """Why one campus completes another, as a French sentence. A symmetric one reads the same from the other side."""

    kind: str
    about: str
    sentence: str
    weight: int
    is_symmetric: bool = False


@dataclass(frozen=True)
class Suggestion:
    """Another campus and the reasons to write to it."""

    profile: Profile
    reasons: tuple[Reason, ...]

    @property
    def score(self) -> int:
        """The sum of the weights."""
        return sum(reason.weight for reason in self.reasons)


def suggest(me: Profile, others: Iterable[Profile], *, dismissed: Collection[int] = ()) -> list[Suggestion]:
    """The campuses that complete mine, best first; never mine, nor one of those dismissed, nor one without reason."""
    found = [
        Suggestion(other, reasons)
        for other in others
        if other.pk != me.pk and other.pk not in dismissed and (reasons := reasons_for(me, other))
    ]
    return sorted(found, key=lambda each: (-each.score, each.profile.name, each.profile.pk))


def reasons_for(me: Profile, other: Profile) -> tuple[Reason, ...]:
    """Why `other` completes `me`: of each kind the strongest, the strongest kind first."""
    kept = [
        reason
        for find in _FINDERS
        for reason in sorted(set(find(me, other)), key=lambda each: (-each.weight, each))[:MOST_OF_A_KIND]
    ]
    return tuple(sorted(kept, key=lambda each: (-each.weight, each)))


def _answers(me: Profile, other: Profile) -> Iterator[Reason]:
    for need in me.needs:
        for offer in other.offers:
            if meets(need, offer):
                said = f"Son offre « {offer.title} » peut répondre à votre besoin « {need.title} »."
                yield Reason("offre", f"{need.pk}-{offer.pk}", said, ANSWER)


def _asks(me: Profile, other: Profile) -> Iterator[Reason]:
    for need in other.needs:
        for offer in me.offers:
            if meets(need, offer):
                said = f"Votre offre « {offer.title} » peut répondre à son besoin « {need.title} »."
                yield Reason("besoin", f"{need.pk}-{offer.pk}", said, ANSWER)


def _teaches(me: Profile, other: Profile) -> Iterator[Reason]:
    for need in me.needs:
        for code in _codes(need) & _taught(other):
            said = f"Il forme à {code}, que vous cherchez : « {need.title} »."
            yield Reason("enseigne", f"{need.pk}-{code}", said, SOUGHT)
        for skill in _named(need, other):
            said = f"Il enseigne « {skill} », que votre besoin « {need.title} » nomme."
            yield Reason("enseigne", f"{need.pk}-{skill}", said, SOUGHT)


def _looks_for(me: Profile, other: Profile) -> Iterator[Reason]:
    for need in other.needs:
        for code in _codes(need) & _taught(me):
            said = f"Il cherche {code}, à quoi vous formez : « {need.title} »."
            yield Reason("cherche", f"{need.pk}-{code}", said, SOUGHT)
        for skill in _named(need, me):
            said = f"Vous enseignez « {skill} », que son besoin « {need.title} » nomme."
            yield Reason("cherche", f"{need.pk}-{skill}", said, SOUGHT)


def _partners(me: Profile, other: Profile) -> Iterator[Reason]:
    for pk, name in me.partners & other.partners:
        yield Reason("partenaire", str(pk), f"{name} est membre des deux campus.", PARTNER, is_symmetric=True)


def _practices(me: Profile, other: Profile) -> Iterator[Reason]:
    for title in {title for title, audience in other.practices if audience in me.audiences}:
        shared = sorted(audience for name, audience in other.practices if name == title and audience in me.audiences)
        labels = ", ".join(_audience(audience) for audience in shared)
        said = f"Il propose la pratique « {title} », pour un public que vous touchez aussi : {labels}."
        yield Reason("pratique", title, said, PRACTICE)


def _lacks(me: Profile, other: Profile) -> Iterator[Reason]:
    for audience in other.audiences - me.audiences:
        said = f"Il touche un public que vos projets et formations n’ont pas : {_audience(audience)}."
        yield Reason("manque", audience, said, LACK)


def _audiences(me: Profile, other: Profile) -> Iterator[Reason]:
    for audience in me.audiences & other.audiences:
        said = f"Vous vous adressez tous deux au même public : {_audience(audience)}."
        yield Reason("public", audience, said, AUDIENCE, is_symmetric=True)


def _skills(me: Profile, other: Profile) -> Iterator[Reason]:
    said: dict[str, str] = {}
    # Titles said alike come first: of several pairs about one thing, one is told, the same from both sides.
    pairs = closeness.close_pairs(me.skills, other.skills)
    for one, same in sorted(pairs, key=lambda pair: (fold(pair[0]) != fold(pair[1]), pair)):
        in_words = one if fold(one) == fold(same) else f"la même chose en d’autres mots, « {one} » et « {same} »"
        said.setdefault(" ".join(closeness.words_of(one)), f"Vous enseignez tous deux : {in_words}.")
    for about, sentence in said.items():
        yield Reason("compétence", about, sentence, SKILL, is_symmetric=True)


def _shared_codes(me: Profile, other: Profile) -> Iterator[Reason]:
    for code in _taught(me) & _taught(other):
        yield Reason("code", code, f"Vous formez tous deux à {code}.", CODE, is_symmetric=True)


def _nearness(me: Profile, other: Profile) -> Iterator[Reason]:
    between = [distance(here, there) for here in me.places for there in other.places]
    if between and min(between) < NEARISH_KM:
        away = round(min(between))
        weight = NEAR if min(between) < NEAR_KM else NEARISH
        yield Reason("proximité", "", f"Vos lieux sont à {away} km l’un de l’autre.", weight, is_symmetric=True)


def _filiere(me: Profile, other: Profile) -> Iterator[Reason]:
    if me.filiere and me.filiere == other.filiere:
        said = f"Vous êtes de la même filière : {me.filiere}."
        yield Reason("filière", me.filiere, said, FILIERE, is_symmetric=True)


_FINDERS: tuple[Callable[[Profile, Profile], Iterator[Reason]], ...] = (
    _answers,
    _asks,
    _teaches,
    _looks_for,
    _partners,
    _practices,
    _shared_codes,
    _skills,
    _lacks,
    _audiences,
    _nearness,
    _filiere,
)


def meets(need: Wish, offer: Wish) -> bool:
    """Whether an offer may answer a need: the same code, or the same subject and no public or code that differs."""
    if (need.rncp and need.rncp == offer.rncp) or (need.rome and need.rome == offer.rome):
        return True
    pairs = ((need.audience, offer.audience), (need.rncp, offer.rncp), (need.rome, offer.rome))
    differs = any(one and other and one != other for one, other in pairs)
    return need.topic == offer.topic and need.topic != Topic.OTHER and not differs


def distance(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Kilometres between two points (latitude, longitude) as the crow flies, the same in both directions."""
    (lat, lon), (other_lat, other_lon) = sorted((here, there))
    a = math.sin(math.radians(other_lat - lat) / 2) ** 2
    b = math.cos(math.radians(lat)) * math.cos(math.radians(other_lat))
    c = math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(min(1.0, a + b * c)))


def wish_of(notice: Notice) -> tuple[NoticeKind, Wish]:
    """A notice as it is compared."""
    wish = Wish(notice.pk, notice.title, notice.topic, notice.audience, notice.rncp, notice.rome)
    return NoticeKind(notice.kind), wish


def _codes(wish: Wish) -> set[str]:
    pairs = ((f"RNCP{wish.rncp}", wish.rncp), (f"ROME {wish.rome}", wish.rome))
    return {name for name, code in pairs if code}


def _taught(profile: Profile) -> set[str]:
    return {f"RNCP{code}" for code in profile.rncp} | {f"ROME {code}" for code in profile.rome}


def _named(need: Wish, profile: Profile) -> list[str]:
    """What a campus teaches and a need for a training or a skill names; of two that say the same, one."""
    if need.topic not in (Topic.TRAINING, Topic.SKILL):
        return []
    found = {closeness.words_of(skill): skill for skill in sorted(profile.skills) if closeness.names(need.title, skill)}
    return sorted(found.values())


def _audience(value: str) -> str:
    label = str(Audience(value).label) if value in Audience.values else value
    return label[:1].lower() + label[1:]
