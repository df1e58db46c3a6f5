"""What keepers see of the site at work, and what they tell readers of it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.service import actions, running, standing
from cmq.service.models import BrowserRefusal, Closing, ServiceNotice, TaskRun
from cmq.service.refusals import KEPT
from cmq.service.schedule import periodic
from cmq.web.espace.access import ACT, READ, READ_AND_ACT, done, keeper_of, logged_in, page, posted, press, submit
from cmq.web.espace.service.forms import NoticeForm

RUNS = 30
MOST_REFUSALS = 200


@logged_in(*READ)
def tasks(request: HttpRequest) -> HttpResponse:
    """What runs by itself: when it last ran, when it will, what is overdue; the last runs with what they said."""
    keeper_of(request)
    at = timezone.now()
    late = {task.name for task, _ in running.overdue(at)}
    lines = [
        {
            "task": each,
            "command": " ".join(each.command),
            "last": TaskRun.objects.filter(name=each.name).first(),
            "next": each.next_due(at),
            "is_late": each.name in late,
        }
        for each in periodic()
    ]
    context = {
        "lines": lines,
        "parts": standing.parts(at),
        "queued": running.queued(),
        "runs": TaskRun.objects.all()[:RUNS],
        "kept": actions.retention_report(at),
    }
    return page(request, "espace/service/tasks.html", context)


@logged_in(*READ)
def browser_refusals(request: HttpRequest) -> HttpResponse:
    """What browsers refused on our pages in the last days, the newest and most frequent first."""
    keeper_of(request)
    context = {"refusals": BrowserRefusal.objects.all()[:MOST_REFUSALS], "days": KEPT.days}
    return page(request, "espace/service/refusals.html", context)


@logged_in(*READ_AND_ACT)
def notices(request: HttpRequest) -> HttpResponse:
    """The notices told to readers, and a new one."""
    keeper = keeper_of(request)
    form = NoticeForm(posted(request), initial={"closing": Closing.OPEN})
    if submit(request, form, lambda data: actions.announce(**{**data, "closing": Closing(data["closing"])}, by=keeper)):
        return done(request, "C’est annoncé sur la page de l’état du site.", "registre_notices")
    context = {"notices": ServiceNotice.objects.all()[:RUNS], "at": timezone.now()}
    return page(request, "espace/service/notices.html", context, form=form)


@logged_in(*ACT)
def notice_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that it is over."""
    keeper = keeper_of(request)
    notice = get_object_or_404(ServiceNotice, pk=pk)
    return press(
        request,
        lambda: actions.end(notice, at=timezone.now(), by=keeper),
        "C’est fini, et dit aux lecteurs.",
        "registre_notices",
    )
