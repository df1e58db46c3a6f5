"""Whole campaigns of the demonstration, played by calling the actions: a past one, from call to publication, and a
permanent one with a file waiting at every desk."""

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from cmq.applications.models import ApplicationKind, LabelApplication
from cmq.campaigns import actions as campaigns
from cmq.campaigns.models import PHASE_ENDS, Campaign, Specification
from cmq.campaigns.texts import load_texts
from cmq.core.provenance import Origin
from cmq.deliberation.actions.agenda import add_item
from cmq.deliberation.actions.measures import answer_measure, propose_measure, put_to_college
from cmq.deliberation.actions.meetings import prepare_meeting
from cmq.deliberation.models import MeasureKind
from cmq.expertise.actions.experts import declare_conflict
from cmq.expertise.models import Advice
from cmq.instruction import actions as instruction
from cmq.instruction.models import OpinionBody
from cmq.operations.demonstration.college import Point, decide_all, hold, publish_and_order, sign_all, start, vote
from cmq.operations.demonstration.people import Cast
from cmq.operations.demonstration.playing import (
    BELLS,
    BREAD,
    BRICKS,
    CANAL,
    CLOUDS,
    COOKIES,
    DAY,
    DRONES,
    FISH,
    FOREST,
    GARDENS,
    GLASS,
    LINEN,
    MUSIC,
    PUPPETS,
    RAIL,
    SHEEP,
    TIDE,
    WIND,
    Play,
)

HOUR = dt.timedelta(hours=1)
# Days of each phase, from the submission on.
SPANS = [60, 15, 20, 40, 30, 30, 30]


def _campaign(
    title: str,
    cast: Cast,
    specification: Specification,
    opens: dt.datetime,
    *,
    spans: list[int] | None,
    is_open: bool = True,
) -> Campaign:
    columns = list(PHASE_ENDS.values())
    ends: dict[str, dt.datetime | None] = {columns[0]: opens}
    if spans:
        last = opens
        for column, span in zip(columns[1:], spans, strict=True):
            last = ends[column] = last + span * DAY
    campaign = campaigns.prepare_campaign(
        title=title,
        specification=specification,
        college=cast.college,
        ends=ends,
        is_rolling=spans is None,
        publishes_together=spans is not None,
        is_demo=True,
        by=None,
    )
    if is_open:
        campaigns.open_campaign(campaign, by=None, at=opens)
        campaign.refresh_from_db()
    return campaign


def play(cast: Cast, origin: Origin, *, on: dt.date, progress: Callable[[str], None]) -> None:
    """Play both campaigns around the day `on`."""
    load_texts()
    noon = timezone.make_aware(dt.datetime.combine(on, dt.time(12)))
    specification = campaigns.copy_specification(
        Specification.objects.get(version="2019"), version="2019, démonstration", by=None
    )
    progress("Démonstration : une campagne passée, de l’appel à la publication…")
    past = _campaign(f"Campagne fictive {on.year - 1}", cast, specification, noon - 480 * DAY, spans=SPANS)
    played = Play(past, cast, origin)
    files = play_past(played, noon - 470 * DAY)
    advised = (Advice.AWARD, Advice.REFUSE, Advice.DEFER, Advice.AWARD, Advice.AWARD)
    points = [Point(file, advice) for file, advice in zip(files, advised, strict=True)]
    items = hold(past, cast, points, title="Séance fictive de labellisation", at=noon - 340 * DAY)
    decisions = decide_all(items, cast, at=noon - 338 * DAY)
    sign_all(decisions, cast, at=noon - 320 * DAY)
    publish_and_order(decisions, cast, at=noon - 290 * DAY)
    progress("Démonstration : un dossier à chaque bureau…")
    now = _campaign("Dépôt permanent fictif", cast, specification, noon - 200 * DAY, spans=None)
    play_present(Play(now, cast, origin), noon)
    _campaign(f"Campagne fictive {on.year + 1}", cast, specification, noon + 60 * DAY, spans=SPANS)
    later = noon + 425 * DAY
    _campaign(f"Campagne fictive {on.year + 2}", cast, specification, later, spans=SPANS, is_open=False)


def play_past(played: Play, start: dt.datetime) -> list[LabelApplication]:
    """Award, refusal, deferral, raise to excellence and merger, decided in one meeting and published together."""
    advised = ((GLASS, Advice.AWARD), (DRONES, Advice.REFUSE), (LINEN, Advice.DEFER))
    files = [played.examined(player, start, advice=advice) for player, advice in advised]
    files.append(played.examined(RAIL, start, kind=ApplicationKind.RAISE))
    files.append(played.examined(FISH, start, kind=ApplicationKind.MERGER, absorbed=(TIDE,)))
    return files


def play_present(played: Play, noon: dt.datetime) -> None:
    """A file in every state that waits for somebody."""
    played.draft(CANAL, noon - 6 * DAY, kind=ApplicationKind.RENEWAL, is_whole=False)
    played.signing(CLOUDS, noon - 8 * DAY)
    played.submitted(BREAD, noon - 12 * DAY)
    played.corrected(BRICKS, noon - 20 * DAY, answer=False)
    admitted = played.corrected(WIND, noon - 60 * DAY, answer=True)
    instruction.rule_admissible(admitted, by=played.cast["secretaire"], at=noon - 20 * DAY)
    instruction.ask_opinion(
        admitted,
        kind=OpinionBody.CAEN,
        body=played.cast.consulted,
        due_on=timezone.localdate(noon + 5 * DAY),
        by=played.cast["instructrice"],
        at=noon - 19 * DAY,
    )
    played.with_experts(MUSIC, noon - 55 * DAY, number=3)
    _before_the_college(played, noon)


def _before_the_college(played: Play, noon: dt.datetime) -> None:
    """What awaits a campus, the secretary, the authorities."""
    _measures(played, noon)
    _decisions_under_way(played, noon)
    _meetings_under_way(played, noon)
    conflicted = played.campus(COOKIES, on=timezone.localdate(noon))
    secretary = played.cast["secretaire"]
    declare_conflict(
        played.cast.experts[2], conflicted, reason="Lien fictif avec ce campus.", by=secretary, at=noon - 5 * DAY
    )


def _measures(played: Play, noon: dt.datetime) -> None:
    """A suspension decided, and a measure on which the campus is asked to answer."""
    campaign, cast = played.campaign, played.cast
    measure = propose_measure(
        campaign,
        played.campus(COOKIES, on=timezone.localdate(noon)),
        kind=MeasureKind.SUSPENSION,
        reasons="Gouvernance fictive défaillante : aucun comité depuis deux ans.",
        legal_basis="Fondement à préciser : aucun texte trouvé sur la suspension.",
        heard_until=timezone.localdate(noon - 60 * DAY),
        by=cast["secretaire"],
        at=noon - 90 * DAY,
    )
    answer_measure(
        measure, observations="Un comité fictif se réunit le mois prochain.", by=played.director, at=noon - 70 * DAY
    )
    put_to_college(measure, by=cast["secretaire"], at=noon - 65 * DAY)
    measure.refresh_from_db()
    suspended = hold(campaign, cast, [Point(measure)], title="Séance fictive de printemps", at=noon - 50 * DAY)
    sign_all(decide_all(suspended, cast, at=noon - 49 * DAY), cast, at=noon - 45 * DAY)
    propose_measure(
        campaign,
        played.campus(CANAL, on=timezone.localdate(noon)),
        kind=MeasureKind.SUSPENSION,
        reasons="Bilan fictif jamais remis malgré deux demandes.",
        legal_basis="Fondement à préciser : aucun texte trouvé sur la suspension.",
        heard_until=timezone.localdate(noon + 20 * DAY),
        by=cast["secretaire"],
        at=noon - 4 * DAY,
    )


def _decisions_under_way(played: Play, noon: dt.datetime) -> None:
    """A decision that awaits its last signatures, one that awaits publication, a vote that awaits its decision."""
    campaign, cast = played.campaign, played.cast
    files = [played.examined(player, noon - 130 * DAY) for player in (PUPPETS, FOREST, SHEEP)]
    points = [Point(files[0], Advice.SHORTER, 3), Point(files[1], Advice.REFUSE), Point(files[2])]
    items = hold(campaign, cast, points, title="Séance fictive d’été", at=noon - 20 * DAY)
    first, second = decide_all(items[:2], cast, at=noon - 18 * DAY)
    sign_all([first], cast, at=noon - 10 * DAY, but=2)
    sign_all([second], cast, at=noon - 9 * DAY)


def _meetings_under_way(played: Play, noon: dt.datetime) -> None:
    """A meeting that sits today, where positions are awaited, and one in preparation."""
    campaign, cast = played.campaign, played.cast
    gardens = played.examined(GARDENS, noon - 100 * DAY)
    meeting = start(campaign, cast, [gardens], title="Séance fictive du jour", at=noon - 4 * HOUR)
    vote(meeting.items.get(), cast, Point(gardens), number=2, at=noon - 3 * HOUR)
    bells = played.examined(BELLS, noon - 95 * DAY)
    secretary = cast["secretaire"]
    coming = prepare_meeting(
        campaign, title="Séance fictive à venir", held_at=noon + 15 * DAY, place="Salle fictive", by=secretary
    )
    add_item(coming, bells, by=secretary)
