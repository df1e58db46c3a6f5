"""What a reader asks of the statistics, read from the address."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from cmq.campuses.models import Campus
from cmq.reference.models import Filiere
from cmq.search.directory import Problem
from cmq.statistics import territories
from cmq.statistics.network import Cut
from cmq.statistics.territories import FRANCE, Level, Territory

DEMO = "oui"


@dataclass(frozen=True)
class Choice:
    """What the figures are wanted of. What the address asks and does not exist is in `problems`."""

    filiere: Filiere | None = None
    within: Territory = FRANCE
    level: Level = Level.DEPARTEMENT
    cut: Cut = Cut.FILIERE
    # The two that a comparison sets side by side.
    first: Territory | None = None
    second: Territory | None = None
    is_demo: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def query(self) -> str:
        """The same choice as the query of an address."""
        parts = {
            "filiere": self.filiere.slug if self.filiere else "",
            "dans": self.within.slug,
            "niveau": "" if self.level == Level.DEPARTEMENT else self.level.value,
            "par": "" if self.cut == Cut.FILIERE else self.cut.value,
            "a": self.first.slug if self.first else "",
            "b": self.second.slug if self.second else "",
            "demonstration": DEMO if self.is_demo else "",
        }
        return urlencode({name: value for name, value in parts.items() if value})


def parse(given: Mapping[str, str]) -> Choice:
    """Read the parameters of an address. Never raises: a part without meaning is left out, and said."""
    asked = {name: given.get(name, "").strip()[:100] for name in _PARTS}
    filiere = Filiere.objects.filter(slug=asked["filiere"]).first() if asked["filiere"] else None
    places = {name: territories.find(asked[name]) if asked[name] else None for name in ("dans", "a", "b")}
    found: dict[str, object] = {
        **places,
        "filiere": filiere,
        "niveau": asked["niveau"] in Level.values,
        "par": asked["par"] in Cut.values,
        "demonstration": asked["demonstration"] == DEMO,
    }
    problems = tuple(Problem(name, _PARTS[name]) for name in _PARTS if asked[name] and not found[name])
    return Choice(
        filiere=filiere,
        within=places["dans"] or FRANCE,
        level=Level(asked["niveau"]) if found["niveau"] else Level.DEPARTEMENT,
        cut=Cut(asked["par"]) if found["par"] else Cut.FILIERE,
        first=places["a"],
        second=places["b"],
        is_demo=bool(found["demonstration"]),
        problems=problems,
    )


# Each part of an address, with what is said when it means nothing.
_NO_PLACE = "Aucun territoire n’a ce code : écrivez-le comme region-32, departement-62, academie-09 ou bassin-3201."
_PARTS = {
    "filiere": "Cette filière n’existe pas.",
    "dans": _NO_PLACE,
    "niveau": "Le niveau est bassin, departement, academie ou region.",
    "par": "Le réseau se compte par filiere, region ou categorie.",
    "a": _NO_PLACE,
    "b": _NO_PLACE,
    "demonstration": "La démonstration se demande par « oui ».",
}


@dataclass(frozen=True)
class Field:
    """A choice of the page’s form: groups of (value, label, whether it is chosen)."""

    name: str
    label: str
    groups: list[tuple[str, list[tuple[str, str, bool]]]]


def filiere_field(choice: Choice) -> Field:
    """The twelve, or all."""
    slug = choice.filiere.slug if choice.filiere else ""
    rows = Filiere.objects.order_by("position").values_list("slug", "name")
    options = [("", "Toutes les filières", not slug), *((each, name, each == slug) for each, name in rows)]
    return Field("filiere", "Filière", [("", options)])


def level_field(choice: Choice) -> Field:
    """Bassins to régions."""
    options = [(level.value, f"{level.label}s", level == choice.level) for level in Level]
    options = [(value, label.replace("Bassin d’emplois", "Bassins d’emploi"), on) for value, label, on in options]
    return Field("niveau", "Comparer les", [("", options)])


def cut_field(choice: Choice) -> Field:
    """What campuses are counted by."""
    return Field("par", "Compter par", [("", [(cut.value, str(cut.label), cut == choice.cut) for cut in Cut])])


def place_field(name: str, label: str, chosen: Territory | None, *, none: str) -> Field:
    """Régions, académies and départements; a bassin when it is the one that was chosen."""
    slug = chosen.slug if chosen else ""
    groups = [("", [("", none, not slug)])]
    if chosen and chosen.level == Level.BASIN:
        groups.append((str(Level.BASIN.label), [(slug, chosen.name, True)]))
    for level in (Level.REGION, Level.ACADEMIE, Level.DEPARTEMENT):
        rows = [(each.slug, each.name, each.slug == slug) for each in territories.all_of(level)]
        groups.append((f"{level.label}s", rows))
    return Field(name, label, groups)


def has_demo() -> bool:
    """Whether there is a demonstration to show."""
    return Campus.objects.filter(is_demo=True).exists()
