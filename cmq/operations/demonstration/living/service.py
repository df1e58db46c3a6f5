"""The site at work, as its keepers see it: a maintenance that is over, and what browsers are said to have refused."""

import datetime as dt

from django.utils import timezone

from cmq.service import actions
from cmq.service.models import DEMO_HOST, BrowserRefusal, Closing, ServiceNotice

TITLE = "Base déplacée (démonstration)"
# Days before, rule, what was refused, pages of this form, times: an extension seen everywhere, one page attacked.
_REFUSED = (
    (0, "script-src-elem", "https://extension", "/campus/<slug:slug>/", 7),
    (0, "script-src-elem", "https://extension", "/formations/", 5),
    (1, "script-src-elem", "https://extension", "/campus/<slug:slug>/", 11),
    (1, "img-src", "https://images", "/articles/<slug:slug>/", 3),
    (4, "script-src-elem", "https://vol", "/offres/", 2),
    (4, "connect-src", "https://vol", "/offres/", 2),
)


def build(*, on: dt.date) -> None:
    """What the days before a day left."""
    began = timezone.make_aware(dt.datetime.combine(on - dt.timedelta(days=12), dt.time(21)))
    ended = began + dt.timedelta(minutes=40)
    text = "Le registre est resté lisible. (Maintenance fictive.)"
    actions.announce(TITLE, text, closing=Closing.OPEN, starts_at=began, ends_at=ended, by=None)
    BrowserRefusal.objects.bulk_create(
        BrowserRefusal(
            day=on - dt.timedelta(days=before),
            directive=directive,
            blocked=f"{host}.{DEMO_HOST}",
            page=page,
            number=number,
        )
        for before, directive, host, page, number in _REFUSED
    )


def remove() -> None:
    """Both; whatever bears the name of no host in the world is ours."""
    ServiceNotice.objects.filter(title=TITLE).delete()
    BrowserRefusal.objects.filter(blocked__endswith=f".{DEMO_HOST}").delete()
