"""What the names in a file mean in the register and in the reference data; asked once each."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from cmq.campuses.models import Campus, CampusFact, CampusField, CampusName
from cmq.core.errors import Refusal
from cmq.core.models import Source
from cmq.core.text import fold
from cmq.imports.cells import SourceText
from cmq.reference.models import Academie, Commune, CommuneKind, Departement, Filiere, Region
from cmq.reference.queries import folded_place

_PLACE = re.compile(r"(?P<name>[^()]*[^()\s])\s*(?:\((?P<code>[0-9A-Za-z]{1,5})\))?")


class CellRefusal(Refusal):
    """A cell that the register does not understand; `column` says which."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


class Directory:
    """Names → objects, for the length of one import."""

    def __init__(self) -> None:
        regions = list(Region.objects.all())
        self._regions = {fold(region.name): region for region in regions} | {each.code: each for each in regions}
        self._academies = {fold(academie.name): academie for academie in Academie.objects.all()}
        departements = list(Departement.objects.all())
        self._departements = {fold(each.name): each for each in departements} | {fold(d.code): d for d in departements}
        self._campuses = _names_of_campuses()
        # Per directory, so that what a rolled-back import found is forgotten with it.
        self.commune = lru_cache(maxsize=None)(self._commune)
        self.filiere = lru_cache(maxsize=None)(self._filiere)
        self.source = lru_cache(maxsize=None)(self._source)

    def region(self, text: str, *, column: str = "region") -> Region:
        """A region by its name or code. Raises `CellRefusal`."""
        found = self._regions.get(fold(text)) or self._regions.get(text.strip().zfill(2))
        if found is None:
            raise CellRefusal(column, f"« {text} » n’est pas une région.")
        return found

    def academie(self, text: str, *, region: Region, column: str = "academies") -> Academie:
        """An académie of a region, by its name. Raises `CellRefusal`."""
        found = self._academies.get(fold(text))
        if found is None:
            raise CellRefusal(column, f"« {text} » n’est pas une académie.")
        if found.region_id != region.pk:
            raise CellRefusal(column, f"l’académie « {found.name} » n’est pas dans la région {region.name}.")
        return found

    def departement(self, text: str, *, column: str = "territoire") -> Departement:
        """A département by its code or name. Raises `CellRefusal`."""
        found = self._departements.get(fold(text))
        if found is None and re.fullmatch("[1-9]", text):
            raise CellRefusal(column, f"« {text} » a perdu son zéro (tableur) : écrivez 0{text}.")
        if found is None:
            raise CellRefusal(column, f"« {text} » n’est pas un département.")
        return found

    def known_campus(self, name: str, region: Region) -> Campus | None:
        """The campus of that name in that region, by any name that it bears or bore. Raises `CellRefusal`."""
        found = {campus.pk: campus for campus in self._campuses[fold(name)] if campus.region_id == region.pk}
        if len(found) > 1:
            raise CellRefusal("campus", f"plusieurs campus de {region.name} portent le nom « {name} ».")
        return next(iter(found.values()), None)

    def campus(self, name: str, region: Region | None, *, column: str = "campus") -> Campus:
        """The campus that a row of another sheet names. Raises `CellRefusal`."""
        found = {each.pk: each for each in self._campuses[fold(name)] if region in (None, each.region)}
        if not found:
            where = f" en {region.name}" if region else ""
            raise CellRefusal(column, f"aucun campus « {name} »{where} : ajoutez-le à la feuille « campus ».")
        if len(found) > 1:
            raise CellRefusal(column, f"plusieurs campus s’appellent « {name} » : donnez la région.")
        return next(iter(found.values()))

    def remember(self, campus: Campus) -> None:
        """A campus that has just been entered can be named by the rows that follow."""
        if all(known.pk != campus.pk for known in self._campuses[fold(campus.name)]):
            self._campuses[fold(campus.name)].append(campus)

    def forget_sources(self) -> None:
        """A row was taken back, and with it the sources that it was the first to name."""
        self.source.cache_clear()

    def _filiere(self, text: str, *, column: str = "filiere") -> Filiere:
        found = Filiere.objects.matching(text)
        if found is None:
            raise CellRefusal(column, f"« {text} » n’est pas l’une des douze filières.")
        return found

    def _commune(self, text: str, *, column: str = "commune") -> Commune:
        """A commune by « Nom (département) »; the name alone is enough when only one commune bears it."""
        typed = _PLACE.fullmatch(text.strip())
        if typed is None:
            raise CellRefusal(column, f"« {text} » : écrivez « Nom (département) », par exemple « La Madeleine (59) ».")
        name, code = typed["name"], (typed["code"] or "").upper()
        if re.fullmatch("[1-9]", code):
            raise CellRefusal(column, f"« {text} » : le département a perdu son zéro, écrivez ({code.zfill(2)}).")
        found = Commune.objects.filter(folded_name=folded_place(name)).select_related("departement")
        if code:
            found = found.filter(insee_code=code) if len(code) == 5 else found.filter(departement=code)
        # Paris is the commune; « Paris 3e Arrondissement » has a name of its own.
        communes = list(found.filter(kind=CommuneKind.COMMUNE)) or list(found)
        if len(communes) == 1:
            return communes[0]
        raise CellRefusal(column, _no_commune(text, communes))

    def _source(self, text: SourceText) -> Source:
        found, _ = Source.objects.get_or_create(
            title=text.title, url=text.url, defaults={"published_on": text.published_on}
        )
        return found

    def sources(self, texts: Iterable[SourceText] | None) -> tuple[Source, ...]:
        """The sources of a cell, found or made."""
        return tuple(self.source(text) for text in texts or ())


def _no_commune(text: str, homonyms: list[Commune]) -> str:
    if homonyms:
        choices = ", ".join(f"« {commune} »" for commune in homonyms[:6])
        return f"plusieurs communes s’appellent « {text} » : {choices}."
    near = [f"« {commune} »" for commune in Commune.objects.matching(text, limit=3)]
    advice = f" Vouliez-vous dire {', '.join(near)} ?" if near else ""
    return f"« {text} » n’est pas une commune d’aujourd’hui.{advice}"


def _names_of_campuses() -> "defaultdict[str, list[Campus]]":
    """Folded name → campuses that bear it, bore it, or are also known by it; without the demonstration."""
    campuses = {campus.pk: campus for campus in Campus.objects.real().select_related("region", "filiere")}
    names: defaultdict[str, list[Campus]] = defaultdict(list)
    facts = CampusFact.objects.filter(field=CampusField.NAME, campus__in=campuses)
    for pk, name in [
        *((campus.pk, campus.name) for campus in campuses.values()),
        *facts.values_list("campus_id", "value"),
        *CampusName.objects.filter(campus__in=campuses).values_list("campus_id", "name"),
    ]:
        names[fold(name)].append(campuses[pk])
    return names
