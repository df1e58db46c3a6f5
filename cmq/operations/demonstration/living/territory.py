"""An invented survey of needs in invented bassins, and what it makes of the fictional trainings and offers."""

from cmq.core.provenance import Origin
from cmq.core.text import fold
from cmq.labour.models import Basin, JobFamily, RecruitmentNeed
from cmq.reference.models import Departement
from cmq.statistics.actions import load_jobs, refresh

# Code, name, département: no bassin of the survey has letters in its code.
BASINS = (
    ("FICT01", "Bassin fictif des Dunes", "62"),
    ("FICT02", "Bassin fictif des Weppes", "59"),
    ("FICT03", "Bassin fictif des Charpentes", "19"),
    ("FICT04", "Bassin fictif des Tables", "35"),
    ("FICT05", "Bassin fictif des Chais", "34"),
    ("FICT06", "Bassin fictif du Lagon", "974"),
)
# Real families of the survey, by their real names: the figures alone are invented.
FAMILIES = (
    ("V0X60", "Aides-soignants"),
    ("V1X80", "Infirmiers et sages-femmes"),
    ("T2A60", "Aides à domicile et auxiliaires de vie"),
    ("S1X40", "Cuisiniers"),
    ("S2X61", "Serveurs de cafés restaurants"),
    ("B1X33", "Charpentiers (métal et bois)"),
    ("B2X33", "Plombiers chauffagistes"),
    ("F1X31", "Ouvriers et techniciens de la scierie, de l’assemblage et de la fabrication d’ouvrages en bois"),
    ("D1X33", "Soudeurs"),
    ("A1X42", "Viticulteurs, arboriculteurs"),
    ("J3X43", "Conducteurs routiers"),
    ("M1X80", "Techniciens d’étude et de développement en informatique"),
    ("R1X60", "Vendeurs en produits alimentaires"),
)
_LEAST = 5


def build(origin: Origin, *, year: int) -> None:
    """The survey of the year before, the same at each building; then the balance of everything."""
    for code, name in FAMILIES:
        JobFamily.objects.get_or_create(code=code, defaults={"name": name, "folded_name": fold(name)})
    homes = {each.pk: each for each in Departement.objects.filter(pk__in=[code for _, _, code in BASINS])}
    rows = []
    for place, (code, name, departement) in enumerate(BASINS):
        home = homes[departement]
        basin = Basin.objects.create(code=code, name=name, departement=home, region_id=home.region_id, is_demo=True)
        rows += [_need(place, rank, basin, year - 1, origin) for rank in range(len(FAMILIES))]
    RecruitmentNeed.objects.bulk_create(rows)
    load_jobs()
    refresh()


def _need(place: int, rank: int, basin: Basin, year: int, origin: Origin) -> RecruitmentNeed:
    """A figure drawn from the ranks, or a secret as the survey keeps those below five."""
    planned = 2 + (37 * place + 53 * rank + 29 * place * rank) % 179
    difficult = planned * (20 + (17 * place + 23 * rank) % 60) // 100
    told = [number if number >= _LEAST else None for number in (planned, difficult, planned // 6)]
    return RecruitmentNeed(
        year=year,
        family_id=FAMILIES[rank][0],
        basin=basin,
        departement_id=BASINS[place][2],
        planned=told[0],
        difficult=told[1],
        seasonal=told[2],
        source=origin.sources[0],
    )


def remove() -> None:
    """The invented bassins with their figures; families that no survey and no nomenclature brought."""
    Basin.objects.filter(is_demo=True).delete()
    codes = [code for code, _ in FAMILIES]
    JobFamily.objects.filter(pk__in=codes, needs=None, occupation_links=None, group_name="").delete()
    refresh()
