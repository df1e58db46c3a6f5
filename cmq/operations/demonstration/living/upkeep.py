"""The upkeep of the fictional campuses: a fact to confirm, one confirmed, a likely duplicate, access
reviewed, a hand-over prepared."""

import datetime as dt

from django.utils import timezone

from cmq.campuses import actions as campuses
from cmq.campuses.models import Campus, CampusField, CampusMembership
from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.operations.demonstration.people import Cast
from cmq.upkeep import actions

MAIN = "Campus fictif des Métiers du Bien-vieillir"
REVIEWED = "Campus fictif du Verre soufflé"
LEFT = "Campus fictif des Drones maraîchers"
DOUBTFUL = "Campus fictif de la Marée haute"


def build(cast: Cast, origin: Origin, *, on: dt.date) -> None:
    """What the upkeep pages show, around the day `on`."""
    director, at = cast["directrice"], timezone.make_aware(dt.datetime.combine(on, dt.time(9)))
    main = Campus.objects.get(name=MAIN)
    old = Origin(origin.sources, PartialDate(on.year - 3), Reliability.HIGH)
    campuses.state_fact(main, field=CampusField.HISTORY, value="Né de trois lycées fictifs.", origin=old)
    actions.confirm(main.facts.get(field=CampusField.WEBSITE), main, by=director, at=at)
    # The site of another campus: a likely duplicate for keepers to look at.
    page = main.facts.get(field=CampusField.WEBSITE).value
    campuses.state_fact(Campus.objects.get(name=DOUBTFUL), field=CampusField.WEBSITE, value=page, origin=origin)
    reviewed = Campus.objects.get(name=REVIEWED)
    keys = list(actions.open_roles(reviewed).values_list("pk", flat=True))
    actions.review_access(reviewed, keep=keys, end=[], by=director, at=at)
    leaving = CampusMembership.objects.get(campus__name=LEFT, person=director)
    actions.prepare_hand_over(
        leaving,
        email="relais@demonstration.invalid",
        leaves_on=on + dt.timedelta(days=30),
        by=director,
        at=at,
    )
