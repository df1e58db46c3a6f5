"""Letters to those who direct a campus."""

import datetime as dt
from collections.abc import Iterable

from cmq.accounts.models import User
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core import mail


def write_to_directors(
    campus: Campus,
    template: str,
    context: dict[str, object],
    *,
    event: str,
    on: dt.date,
    also: Iterable[User | None] = (),
    but: User | None = None,
) -> int:
    """Write to the directors of a campus on a day, once an event and person; how many letters are new.

    Args:
        event: what the letter is about, one for each thing that happens.
        also: others who are concerned; nobody gets two letters.
        but: who did it, who knows.
    """
    roles = CampusMembership.objects.active(on).filter(campus=campus, role=CampusRole.DIRECTOR)
    people = {role.person for role in roles.select_related("person")} | set(also)
    concerned = sorted((each for each in people if each and each.is_active and each != but), key=lambda each: each.pk)
    return sum(mail.post(each.email, template, context, key=f"{event}:{each.pk}") for each in concerned)
