"""How long files take and how far they go, by campaign."""

from cmq.statistics import delays
from cmq.statistics.delays import STEPS, Delays
from cmq.statistics.rules import FEWEST
from cmq.web.charts import Series, bars
from cmq.web.public.statistics.choosing import Choice
from cmq.web.public.statistics.sheets import SECRET, Column, Page, Picture, figures, words

_TOO_FEW = (
    f"Une campagne de moins de {FEWEST} dossiers n’a pas de chiffre ici : il dirait de quel campus il s’agit. De même "
    f"pour les délais de moins de {FEWEST} décisions. Le tableau dit alors « secret »."
)
_DRAWN = 4
_NONE = "Aucune campagne n’a été menée ici."


def delais(choice: Choice) -> Page:
    """Both pictures."""
    found = delays.by_campaign(is_demo=choice.is_demo)
    return Page([_days(found), _funnel(found), _outcomes(found)])


def _days(found: list[Delays]) -> Picture:
    title = "Du dépôt à la décision, en jours"
    told = [each for each in found if each.median is not None]
    series = [
        Series("Médiane", tuple(each.median for each in told)),
        Series("Neuvième décile (90 % des dossiers)", tuple(each.ninth for each in told)),
    ]
    rows = [
        (
            str(each.campaign),
            each.submitted,
            each.decided if each.decided >= FEWEST else SECRET if each.decided else 0,
            each.median if each.median is not None else SECRET if each.decided else None,
            each.ninth if each.ninth is not None else SECRET if each.decided else None,
        )
        for each in found
    ]
    summary = tuple(
        f"{each.campaign} : la moitié des {each.decided} dossiers décidés l’ont été en {each.median} jours au plus, "
        f"neuf sur dix en {each.ninth} jours au plus."
        for each in told
    )
    header = [*words("Campagne"), *figures("Dossiers déposés", "Dossiers décidés", "Médiane", "Neuvième décile")]
    method = (
        "Jours entiers entre le dépôt signé des deux demandeurs et le dossier accordé, refusé ou ajourné : la "
        "dernière signature de la décision conjointe. Médiane et décile au rang le plus proche : ce sont des délais "
        "observés. Les dossiers en cours n’y sont pas, ce qui raccourcit les délais d’une campagne ouverte.",
        _TOO_FEW,
        "Source : les changements d’état des dossiers, sur cette plateforme. Les campagnes menées ailleurs sont "
        "inconnues.",
    )
    chart = bars("jours", title, [str(each.campaign) for each in told], series)
    return Picture("jours", title, summary, header, rows, chart, method=method, empty=_NONE)


def _funnel(found: list[Delays]) -> Picture:
    title = "Jusqu’où vont les dossiers"
    told = [each for each in found if each.is_published and each.submitted]
    labels = [wording for _, wording in STEPS]
    series = [Series(str(each.campaign), tuple(number for _, number in each.funnel)) for each in told[:_DRAWN]]
    rows = [
        (str(each.campaign), *((number for _, number in each.funnel) if each.is_published else [SECRET] * len(STEPS)))
        for each in found
    ]
    summary = tuple(
        f"{each.campaign} : {each.funnel[0][1]} dossiers déposés, {each.funnel[-1][1]} accordés à ce jour."
        for each in told
    )
    method = (
        "Un dossier compte à chaque étape atteinte ou dépassée, même s’il est revenu en arrière.",
        _TOO_FEW,
    )
    header: list[Column] = [*words("Campagne"), *figures(*labels)]
    chart = bars("etapes", title, labels, series)
    return Picture("etapes", title, summary, header, rows, chart, method=method, empty=_NONE)


def _outcomes(found: list[Delays]) -> Picture:
    ends = ("Accordé", "Refusé", "Ajourné", "Irrecevable", "Retiré")
    rows = [
        (
            str(each.campaign),
            *((number for _, number in each.outcomes) if each.is_published else [SECRET] * len(ends)),
            each.running if each.is_published else SECRET,
        )
        for each in found
    ]
    header = [*words("Campagne"), *figures(*ends, "En cours")]
    return Picture(
        "issues", "Ce que sont devenus les dossiers déposés", (), header, rows, method=(_TOO_FEW,), empty="Aucune."
    )
