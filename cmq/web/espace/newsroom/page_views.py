"""The standing texts of the site, in the newsroom."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cmq.core.differences import differences
from cmq.editorial import body, standing
from cmq.editorial.actions import pages as writing
from cmq.editorial.models import StandingPage, StandingSubject
from cmq.web import articles
from cmq.web.espace.access import ACT, READ, READ_AND_ACT, done, logged_in, page, posted, press, submit
from cmq.web.espace.newsroom.doors import editor_of, workspace_address
from cmq.web.espace.newsroom.forms import PageForm


def _subject(slug: str) -> StandingSubject:
    if slug not in StandingSubject.values:
        raise Http404
    return StandingSubject(slug)


@logged_in(*READ)
def pages(request: HttpRequest) -> HttpResponse:
    """The standing texts, and which version readers see."""
    editor_of(request)
    rows = [(subject, standing.shown(subject), standing.newest(subject)) for subject in StandingSubject]
    return page(request, "espace/newsroom/pages.html", {"rows": rows})


@logged_in(*READ_AND_ACT)
def standing_page(request: HttpRequest, slug: str) -> HttpResponse:
    """One standing text: to write, to compare with what readers see, to agree to."""
    person, subject = editor_of(request), _subject(slug)
    newest, shown = standing.newest(subject), standing.shown(subject)
    seen = shown.body if shown else standing.shipped(subject)
    text = newest.body if newest else seen
    form = PageForm(posted(request), initial={"text": text, "version": newest.number if newest else 0})

    def write(data: dict[str, Any]) -> None:
        writing.write_page(subject, **data, by=person)

    if submit(request, form, write):
        return done(request, "Texte enregistré ; une autre personne doit l’accepter.", "newsroom_page", slug)
    waits = newest is not None and newest.agreed_at is None
    context = {
        "subject": subject,
        "newest": newest,
        "waits": waits,
        "is_mine": waits and newest is not None and newest.saved_by_id == person.pk,
        "changed": differences(seen, text) if waits else [],
        "versions": StandingPage.objects.filter(subject=subject).select_related("saved_by", "agreed_by"),
        "blocks": articles.blocks(body.read(standing.filled(text)), at=timezone.now(), address=workspace_address),
    }
    return page(request, "espace/newsroom/page.html", context, form=form)


@logged_in(*ACT)
def agree(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Show a version of a standing text."""
    person, subject = editor_of(request), _subject(slug)
    found = get_object_or_404(StandingPage, subject=subject, number=number)
    act = lambda: writing.agree_page(found, by=person)  # noqa: E731
    return press(request, act, "Texte montré à tous.", "newsroom_page", slug)
