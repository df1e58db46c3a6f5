"""The pictures of the newsroom and of the campuses."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cmq.campuses.models import Campus
from cmq.editorial import rules
from cmq.editorial.actions import illustrating
from cmq.editorial.models import Illustration, IllustrationRendition
from cmq.web.espace.access import (
    ACT,
    READ,
    READ_AND_ACT,
    campus_for,
    done,
    logged_in,
    page,
    person_of,
    posted,
    press,
    submit,
)
from cmq.web.espace.newsroom.doors import editor_of
from cmq.web.espace.newsroom.forms import DescriptionForm, PictureForm
from cmq.web.public.articles import rendition as drawn

PER_PAGE = 24


@logged_in(*READ_AND_ACT)
def pictures(request: HttpRequest) -> HttpResponse:
    """The pictures of the network, and a form for another one."""
    editor_of(request)
    return _pictures(request, None)


@logged_in(*READ_AND_ACT)
def campus_pictures(request: HttpRequest, slug: str) -> HttpResponse:
    """The pictures of a campus, and a form for another one."""
    return _pictures(request, campus_for(request, slug))


def _pictures(request: HttpRequest, campus: Campus | None) -> HttpResponse:
    form = PictureForm(posted(request), request.FILES or None)
    person = person_of(request)
    where = ("campus_pictures", campus.slug) if campus else ("newsroom_pictures",)
    if submit(request, form, lambda data: illustrating.illustrate(form.sent(), campus=campus, by=person)):
        return done(request, "Image ajoutée.", *where)
    found = Illustration.objects.filter(campus=campus).prefetch_related("renditions")
    listed = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return page(request, "espace/newsroom/pictures.html", {"campus": campus, "page": listed}, form=form)


def _picture(request: HttpRequest, pk: int) -> Illustration:
    """The picture, for those who keep it. Raises Http404 for everyone else."""
    found = get_object_or_404(Illustration.objects.select_related("campus").prefetch_related("renditions"), pk=pk)
    person = person_of(request)
    keeps = rules.can_write_news(person, found.campus) if found.campus else rules.is_editor(person)
    if not keeps:
        raise Http404
    return found


@logged_in(*READ_AND_ACT)
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Say otherwise what a picture shows."""
    found, person = _picture(request, pk), person_of(request)
    initial = {name: getattr(found, name) for name in ("alternative", "caption", "credit")}
    form = DescriptionForm(posted(request), initial=initial)
    where = ("campus_pictures", found.campus.slug) if found.campus else ("newsroom_pictures",)
    if submit(request, form, lambda data: illustrating.describe(found, **data, by=person)):
        return done(request, "Image décrite.", *where)
    context = {"campus": found.campus, "picture": found, "act_title": "Décrire une image", "button": "Enregistrer"}
    return page(request, "espace/newsroom/act.html", context, form=form)


@logged_in(*ACT)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away a picture that nothing shows."""
    found, person = _picture(request, pk), person_of(request)
    where = ("campus_pictures", found.campus.slug) if found.campus else ("newsroom_pictures",)
    return press(request, lambda: illustrating.discard(found, by=person), "Image retirée.", *where)


@logged_in(*READ)
def rendition(request: HttpRequest, pk: int, width: int) -> HttpResponse:
    """The file of a picture, for those who may put it in a text."""
    rows = IllustrationRendition.objects.select_related("illustration__campus")
    found = get_object_or_404(rows, illustration=pk, width=width)
    if not rules.can_see(request.user, found.illustration):
        raise Http404
    return drawn(found)
