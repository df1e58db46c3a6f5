"""What a reader means: the words that tell things apart, the jobs they name, the place, slips and wishes.

Pure but for two small queries (communes, and the names of jobs when they have changed); the same text always means
the same while the index and the ROME stay as they are.
"""

import re
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cmq.search import names, words
from cmq.search.engine import Alternative, Reader, Slot
from cmq.search.places import Area, NamedPlace, named_place
from cmq.search.selection import DEFAULT_RADIUS, Near
from cmq.search.spelling import Spellings
from cmq.search.words import listed

MOST_WORDS = 12  # of a question; the rest is left out, and said to be
_SPELLINGS_LAST = 60.0  # seconds that the list of known words is kept while the index moves on
_GUESS_BEYOND = 50  # a rare word is doubted when a close one is so many times as frequent
_RARE = 2
_SYNONYM_WEIGHT = 0.4
_UNWRITTEN_WEIGHT = 0.3
_ROME = re.compile(r"[a-n]\d{4}")
_BEGUN_WEIGHT = 0.9
_SHORTEST_BEGINNING = 3

Filters = tuple[tuple[str, str], ...]
_OFFER: Filters = (("kind", "offre"),)
_COURSE: Filters = (("kind", "formation"),)
_JOB: Filters = (("kind", "metier"),)
_CAMPUS: Filters = (("kind", "campus"),)
_EVENT: Filters = (("kind", "evenement"),)
_ARTICLE: Filters = (("kind", "article"),)
_TRAINEESHIP: Filters = (("nature", "stage"),)
_APPRENTICE: tuple[Filters, ...] = ((("nature", "alternance"),), (("voie", "apprentissage"),))
# Words that say what kind of thing is meant rather than which: each wish is a group of filters.
_WISHES: dict[str, tuple[Filters, ...]] = {
    **dict.fromkeys(
        listed("formation formations former etude etudes diplome diplomes ecole ecoles cursus"), (_COURSE,)
    ),
    **dict.fromkeys(listed("offre offres emploi emplois poste postes job jobs recrutement recrute"), (_OFFER,)),
    **dict.fromkeys(listed("travail travailler embauche"), (_OFFER,)),
    **dict.fromkeys(listed("stage stages stagiaire"), (_TRAINEESHIP,)),
    **dict.fromkeys(listed("alternance alternant alternante apprentissage apprenti apprentie"), _APPRENTICE),
    **dict.fromkeys(listed("metier devenir fiche"), (_JOB,)),
    # « Les métiers de la mer » are taught by campuses as much as they are job sheets.
    "metiers": (),
    **dict.fromkeys(listed("campus cmq cmqe"), (_CAMPUS,)),
    **dict.fromkeys(listed("evenement evenements salon forum agenda"), (_EVENT,)),
    **dict.fromkeys(listed("article articles actualite actualites reportage"), (_ARTICLE,)),
    "cdi": ((("contrat", "CDI"),),),
    "cdd": ((("contrat", "CDD"),),),
    "interim": ((("contrat", "MIS"),),),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the question: the words as typed, the ways to find it, and what else it was taken for."""

    typed: tuple[str, ...]
    slot: Slot
    also: tuple[str, ...] = ()
    romes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """A question, understood.

    Attributes:
        parts: what must be found.
        wishes: groups of filters; what answers one comes first, or is all that comes when there is no part.
        corrected: words that nothing has, and the words that were looked for instead.
        place, radius, typed_place: as `places.NamedPlace` found them in the text.
        guess: the text that was perhaps meant, when the typed one was kept.
        is_cut: words were left out because there were too many.
    """

    parts: tuple[Part, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    wishes: tuple[Filters, ...] = ()
    place: Near | Area | None = None
    radius: int = DEFAULT_RADIUS
    typed_place: str = ""
    around_me: bool = False
    guess: str = ""
    is_cut: bool = False

    @property
    def slots(self) -> tuple[Slot, ...]:
        """For the engine."""
        return tuple(part.slot for part in self.parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was understood."""
        return not (self.parts or self.wishes or self.place or self.around_me)

    @property
    def romes(self) -> tuple[str, ...]:
        """The jobs that the question names."""
        return tuple(dict.fromkeys(code for part in self.parts for code in part.romes))


class _Known:
    """The list of known words, read again at most once a minute."""

    def __init__(self) -> None:
        self.of: object = None
        self.read_at = float("-inf")
        self.spellings = Spellings(())
        self.lock = threading.Lock()

    def get(self, reader: Reader) -> Spellings:
        now = time.monotonic()
        if self.of is not reader and (self.of is None or now - self.read_at > _SPELLINGS_LAST or reader.size < 5_000):
            with self.lock:
                self.spellings = Spellings(reader.spellings())
                self.of, self.read_at = reader, now
        return self.spellings


known = _Known()


def understand(text: str, reader: Reader, *, reads_place: bool = True, is_unfinished: bool = False) -> Understood:
    """Understand a text.

    Args:
        reads_place: whether a place may be named in it (not when one was chosen beside it, or refused).
        is_unfinished: the last word is still being typed.
    """
    names.jobs.refresh(reader.note)
    folded = words.words(text)
    is_cut, folded = len(folded) > 3 * MOST_WORDS, folded[: 3 * MOST_WORDS]
    found = NamedPlace(tuple(folded))
    if reads_place and folded:
        found = named_place(folded, means_else=names.is_word_of_jobs)
    telling = [word for word in found.left if word not in words.SILENT]
    spelled, corrected = _respelled(telling[:MOST_WORDS], reader, is_unfinished=is_unfinished)
    runs = list(_runs(spelled))
    # « école » alone says what kind of thing is meant; in « professeur des écoles » it names the job.
    wishes = [wish for run in runs if len(run) == 1 for wish in _WISHES.get(run[0], ())]
    named = [run for run in runs if len(run) > 1 or run[0] not in _WISHES]
    guess = {} if corrected else {word: meant for run in named for word in run if (meant := _doubt(word, reader))}
    return Understood(
        parts=tuple(_parts(named, reader, is_unfinished=is_unfinished)),
        corrected=corrected,
        wishes=tuple(dict.fromkeys(wishes)),
        place=found.place,
        radius=found.radius,
        typed_place=found.typed,
        around_me=found.around_me,
        guess=_rewritten(text, guess),
        is_cut=is_cut or len(telling) > MOST_WORDS,
    )


def _rewritten(text: str, guess: dict[str, str]) -> str:
    if not guess:
        return ""
    return " ".join(guess.get(word, word) for word in words.words(text))


def _respelled(
    typed: Sequence[str], reader: Reader, *, is_unfinished: bool
) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """The words, those that nothing has replaced by the closest that something has; and what was replaced."""
    spelled: list[str] = []
    corrected = []
    for at, word in enumerate(typed):
        meant = [] if _is_known(word, reader) else _meant(word, known.get(reader), is_last=at == len(typed) - 1)
        spelled += meant or [word]
        if meant:
            corrected.append((word, " ".join(meant)))
    return spelled, tuple(corrected)


def _is_known(word: str, reader: Reader) -> bool:
    return (
        word in _WISHES
        or bool(_ROME.fullmatch(word))
        or reader.frequency(words.stem(word)) > 0
        or words.key(word) in names.synonyms()
    )


def _meant(word: str, spellings: Spellings, *, is_last: bool) -> list[str]:
    """The word or the two words that an unknown one stands for; nothing when it may be unfinished, or is unlike any."""
    if is_last and len(word) >= _SHORTEST_BEGINNING and spellings.beginning(word, limit=1):
        return []
    close = spellings.close(word, limit=1)
    return close or list(spellings.parted(word) or ())


def _parts(runs: Sequence[tuple[str, ...]], reader: Reader, *, is_unfinished: bool) -> Iterator[Part]:
    for at, run in enumerate(runs):
        if len(run) > 1:
            yield _named(run)
        else:
            yield _single(run[0], reader, is_last=at == len(runs) - 1, is_unfinished=is_unfinished)


def _runs(typed: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The words, those that name one thing together kept together: the longest name first."""
    at = 0
    while at < len(typed):
        for end in range(min(len(typed), at + names.LONGEST), at + 1, -1):
            if _is_name(typed[at:end]):
                yield tuple(typed[at:end])
                at = end
                break
        else:
            yield (typed[at],)
            at += 1


def _is_name(run: Sequence[str]) -> bool:
    key = words.key(" ".join(run))
    return len(key) > 1 and (key in names.synonyms() or bool(names.codes_named(key)))


def _named(run: tuple[str, ...]) -> Part:
    """Some words that name a job, or that our table knows."""
    text = " ".join(run)
    also, romes, ways = _other_ways(text)
    return Part(run, (Alternative(tuple(words.stems(text))), *ways), also=also, romes=romes)


def _other_ways(text: str) -> tuple[tuple[str, ...], tuple[str, ...], list[Alternative]]:
    """Synonyms and jobs of a wording: their French names, their codes, and how to find them."""
    key = words.key(text)
    own = names.codes_named(key)
    synonyms = names.synonyms().get(key, names.Synonyms((), ()))
    if _ROME.fullmatch(text):
        own = (text.upper(),)
    ways = [Alternative(romes=own)] if own else []
    if synonyms.romes:
        ways.append(Alternative(romes=synonyms.romes))
    for wording in synonyms.wordings:
        stems = tuple(words.stems(wording))
        # Several words found together must not outweigh the one that was typed.
        ways.append(Alternative(stems, weight=_SYNONYM_WEIGHT / len(stems)))
        others = names.codes_named(words.key(wording))
        if others:
            ways.append(Alternative(romes=others, weight=_SYNONYM_WEIGHT))
    return synonyms.wordings, tuple(dict.fromkeys((*own, *synonyms.romes))), ways


def _single(word: str, reader: Reader, *, is_last: bool, is_unfinished: bool) -> Part:
    """One word, and when it is the last and unfinished, or in the name of nothing, those that it begins."""
    stem = words.stem(word)
    also, romes, ways = _other_ways(word)
    begun: list[Alternative] = []
    if is_last and len(word) >= _SHORTEST_BEGINNING and (is_unfinished or not (ways or reader.is_named(stem))):
        longer = dict.fromkeys(words.stem(each) for each in known.get(reader).beginning(word))
        begun = [Alternative((each,), weight=_BEGUN_WEIGHT) for each in longer if each != stem]
    exact = Alternative((stem,))
    forms = {word, f"{word}s", f"{word}e", f"{word}es", word.removesuffix("s"), words.masculine(word)}
    if also and forms.isdisjoint(known.get(reader).counts):
        # « compta »: an everyday word that no title has, though it shares a stem with others.
        exact = Alternative((stem,), weight=_UNWRITTEN_WEIGHT)
        ways = [replace(way, weight=way.weight / _SYNONYM_WEIGHT) for way in ways]
    return Part((word,), (exact, *ways, *begun), also=also, romes=romes)


def alike(understood: Understood, reader: Reader) -> tuple[str, ...]:
    """Words that look like those of a question that nothing answers, for the reader to choose from."""
    typed = [word for part in understood.parts for word in part.typed]
    unknown = [word for word in typed if not reader.frequency(words.stem(word))]
    return tuple(dict.fromkeys(each for word in unknown[:2] for each in known.get(reader).alike(word)))


def _doubt(word: str, reader: Reader) -> str:
    """A word that was perhaps meant by one which is very rare; empty for none."""
    own = reader.frequency(words.stem(word))
    if not 0 < own <= _RARE:
        return ""
    for close in known.get(reader).close(word, limit=1):
        if reader.frequency(words.stem(close)) >= _GUESS_BEYOND * own:
            return close
    return ""
