"""The menu of a campus's workspace: four groups; a page shows the entries of its own."""

from dataclasses import dataclass
from typing import Final

from django.urls import reverse


@dataclass(frozen=True)
class Entry:
    """One entry: what pages call it, its words, and the name of its address, which takes the campus."""

    key: str
    wording: str
    name: str


GROUPS: Final[dict[str, tuple[Entry, ...]]] = {
    "Identité": (
        Entry("facts", "Fiche", "espace_campus"),
        Entry("label", "Label", "campus_label"),
        Entry("upkeep", "Entretien", "espace_upkeep"),
        Entry("history", "Histoire", "espace_history"),
    ),
    "Partenaires": (
        Entry("members", "Membres", "espace_members"),
        Entry("network", "Réseau", "espace_network"),
        Entry("people", "Personnes", "espace_people"),
        Entry("employers", "Employeurs", "espace_employers"),
        Entry("complements", "Complémentarités", "espace_complements"),
    ),
    "Activité": (
        Entry("trainings", "Formations", "espace_trainings"),
        Entry("projects", "Projets", "espace_projects"),
        Entry("practices", "Pratiques", "espace_practices"),
        Entry("tours", "Tournées", "tours"),
        Entry("news", "Actualités", "campus_newsroom"),
    ),
    "Bilan": (
        Entry("evidence", "Indicateurs et rapports", "espace_indicators"),
        Entry("funding", "Financements", "espace_funding"),
    ),
}


@dataclass(frozen=True)
class Link:
    """A link of the menu, and whether it leads to where one is."""

    wording: str
    url: str
    is_here: bool


@dataclass(frozen=True)
class Menu:
    """What a page shows: the groups, and the entries of the group that it is in."""

    groups: list[Link]
    group: str
    entries: list[Link]


def menu(slug: str, here: str) -> Menu:
    """The menu of a campus as seen from one of its pages; KeyError when no entry is called so."""
    group = {entry.key: wording for wording, entries in GROUPS.items() for entry in entries}[here]
    groups = [
        Link(wording, reverse(entries[0].name, args=[slug]), wording == group) for wording, entries in GROUPS.items()
    ]
    entries = [Link(each.wording, reverse(each.name, args=[slug]), each.key == here) for each in GROUPS[group]]
    return Menu(groups, group, entries)
