"""The devices where a person is logged in: seen, and ended one by one or all but this one."""

from allauth.usersessions.internal.flows.sessions import end_other_sessions, end_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from cmq.web.espace.access import ACT, READ, done, logged_in, page, person_of
from cmq.web.espace.freshness import freshly_proven

# In this order: Edge also calls itself Chrome, Chrome also Safari, Android also Linux.
_BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@logged_in(*READ)
def devices(request: HttpRequest) -> HttpResponse:
    """Every session of this person that still opens, the latest first."""
    sessions = UserSession.objects.purge_and_list(person_of(request))
    rows = [(each, device_of(each.user_agent)) for each in sorted(sessions, key=lambda each: -each.pk)]
    return page(request, "espace/devices.html", {"rows": rows, "idle": settings.IDLE_MINUTES})


@logged_in(*ACT)
@freshly_proven(page="espace_devices", is_a_list=True)
def end_device(request: HttpRequest, pk: int) -> HttpResponse:
    """End one session of this person's own; another's, or one that is over already, is left as it is."""
    own = list(UserSession.objects.filter(pk=pk, user=person_of(request)))
    is_here = any(each.is_current() for each in own)
    end_sessions(request, own)
    return redirect("account_login") if is_here else done(request, "Cet appareil est déconnecté.", "espace_devices")


@logged_in(*ACT)
@freshly_proven(page="espace_devices", is_a_list=True)
def end_others(request: HttpRequest) -> HttpResponse:
    """End every other session of this person."""
    end_other_sessions(request, person_of(request))
    return done(request, "Les autres appareils sont déconnectés.", "espace_devices")


def device_of(user_agent: str) -> str:
    """« Firefox, Windows » from what a browser calls itself; what is not recognised is not guessed."""
    names = (next((name for mark, name in known if mark in user_agent), "") for known in (_BROWSERS, _SYSTEMS))
    return ", ".join(name for name in names if name) or "Appareil non reconnu"
