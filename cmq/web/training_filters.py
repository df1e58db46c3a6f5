"""What one may ask of a list of trainings: words, audience, way, level, commune."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.http import QueryDict

from cmq.core.text import asked_words, fold
from cmq.reference.audiences import LEARNERS, choices_of
from cmq.reference.models import Commune
from cmq.trainings.models import LEVELS, TrainingQuerySet, Way

_LEVELS = [(str(level), name) for level, name in LEVELS]


@dataclass(frozen=True)
class Filter:
    """One choice: its name in the address, its label, what may be chosen, what is."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    chosen: str = ""


@dataclass(frozen=True)
class Asked:
    """What an address asks; `ignored` when a part of it means nothing here."""

    words: str = ""
    filters: tuple[Filter, ...] = ()
    ignored: bool = False
    values: dict[str, str] = field(default_factory=dict)

    @property
    def query(self) -> str:
        """The part of an address that asks the same."""
        given = {"q": self.words, **self.values}
        return urlencode({name: value for name, value in given.items() if value})


def asked(query: QueryDict, trainings: TrainingQuerySet, *, more: tuple[Filter, ...] = ()) -> Asked:
    """What `query` asks of `trainings`, whose communes are the ones to choose from. One query."""
    found = Commune.objects.filter(pk__in=trainings.exclude(commune=None).values("commune")).order_by("name", "pk")
    filters = (
        Filter("public", "Public", choices_of(LEARNERS)),
        Filter("niveau", "Niveau", _LEVELS),
        Filter("modalite", "Modalité", list(Way.choices)),
        Filter("commune", "Commune", [(commune.pk, str(commune)) for commune in found]),
        *more,
    )
    kept, values, ignored = [], {}, False
    for each in filters:
        typed = query.get(each.name, "")
        is_known = typed in dict(each.choices)
        ignored = ignored or bool(typed and not is_known)
        values[each.name] = typed if is_known else ""
        kept.append(Filter(each.name, each.label, each.choices, values[each.name]))
    return Asked(asked_words(query.get("q", "")), tuple(kept), ignored, values)


def narrowed(trainings: TrainingQuerySet, wish: Asked) -> TrainingQuerySet:
    """The trainings that answer."""
    for word in fold(wish.words).split()[:8]:
        trainings = trainings.filter(key__contains=word)
    columns = {
        "public": "audiences__audience",
        "niveau": "level",
        "modalite": "ways__way",
        "commune": "commune",
    }
    for name, column in columns.items():
        if wish.values[name]:
            trainings = trainings.filter(**{column: wish.values[name]})
    return trainings
