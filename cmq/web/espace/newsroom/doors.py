"""Who stands before the newsroom. Whoever may not read an article is told nothing: not even that it exists."""

from django.http import Http404, HttpRequest
from django.urls import reverse

from cmq.accounts.models import User
from cmq.editorial import rules
from cmq.editorial.models import Article
from cmq.web.espace.access import allow, person_of


def editor_of(request: HttpRequest) -> User:
    """The editor who asks. Raises PermissionDenied for everyone else."""
    allow(rules.is_editor(request.user), "Cette page est réservée à la rédaction.")
    return person_of(request)


def article_for(request: HttpRequest, pk: int) -> Article:
    """The article, for those who may read its drafts. Raises Http404 for everyone else."""
    rows = Article.objects.select_related("campus__region", "campus__filiere", "rubric", "filiere", "region", "picture")
    article = rows.filter(pk=pk).first()
    if article is None or not rules.can_read(request.user, article):
        raise Http404
    return article


def workspace_address(picture: int, width: int) -> str:
    """Where those who write see a picture that may not be public yet."""
    return reverse("newsroom_rendition", args=[picture, width])
