"""What happens to an article: reviewed, agreed, shown, taken off, filed, moved, promoted."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cmq.editorial import rules
from cmq.editorial.actions import publishing, review
from cmq.editorial.models import Article, ArticleComment
from cmq.web.espace.access import ACT, READ_AND_ACT, allow, done, logged_in, page, person_of, posted, press, submit
from cmq.web.espace.newsroom.doors import article_for
from cmq.web.espace.newsroom.forms import AddressForm, PublishForm, ReasonForm, RemarkForm, SheetForm


def _seen(request: HttpRequest) -> int:
    """The version that the person had before their eyes."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 9 else 0


def _pressed(request: HttpRequest, pk: int, act: Callable[[Article], object], message: str) -> HttpResponse:
    article = article_for(request, pk)
    return press(request, lambda: act(article), message, "article_desk", pk)


def _act(request: HttpRequest, article: Article, form: forms.Form, title: str, button: str) -> HttpResponse:
    campus = None if article.is_national else article.campus
    context = {"article": article, "campus": campus, "act_title": title, "button": button}
    return page(request, "espace/newsroom/act.html", context, form=form)


@logged_in(*ACT)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the newest version for review."""
    act = lambda it: review.ask_review(it, version=_seen(request), by=person_of(request))  # noqa: E731
    return _pressed(request, pk, act, "Article envoyé en relecture.")


@logged_in(*ACT)
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree to the version under review."""
    act = lambda it: review.agree(it, version=_seen(request), by=person_of(request))  # noqa: E731
    return _pressed(request, pk, act, "Version acceptée.")


@logged_in(*READ_AND_ACT)
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a version back to its author."""
    article, person = article_for(request, pk), person_of(request)
    allow(rules.can_publish(person, article))
    form = RemarkForm(posted(request))
    if submit(request, form, lambda data: review.send_back(article, reason=data["text"], by=person)):
        return done(request, "Article renvoyé à son auteur.", "article_desk", pk)
    return _act(request, article, form, "Renvoyer à l’auteur", "Renvoyer")


@logged_in(*READ_AND_ACT)
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Remark on the newest version."""
    article, person = article_for(request, pk), person_of(request)
    form = RemarkForm(posted(request))
    if submit(request, form, lambda data: review.comment(article, text=data["text"], by=person)):
        return done(request, "Remarque ajoutée.", "article_desk", pk)
    return _act(request, article, form, "Faire une remarque", "Ajouter la remarque")


@logged_in(*ACT)
def resolve(request: HttpRequest, pk: int, remark: int) -> HttpResponse:
    """Say that a remark is dealt with."""
    found = get_object_or_404(ArticleComment, pk=remark, article=article_for(request, pk))
    return _pressed(request, pk, lambda _: review.resolve(found, by=person_of(request)), "Remarque réglée.")


@logged_in(*READ_AND_ACT)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose when an agreed article is shown, and until when."""
    article, person = article_for(request, pk), person_of(request)
    allow(rules.can_publish(person, article))
    form = PublishForm(posted(request), initial={"at": article.publish_at, "until": article.withdraw_at})
    if submit(request, form, lambda data: publishing.publish(article, **data, by=person)):
        return done(request, "Publication enregistrée.", "article_desk", pk)
    return _act(request, article, form, "Publier", "Enregistrer la publication")


@logged_in(*READ_AND_ACT)
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an article off."""
    article, person = article_for(request, pk), person_of(request)
    allow(rules.can_publish(person, article))
    form = ReasonForm(posted(request))
    if submit(request, form, lambda data: publishing.withdraw(article, reason=data["reason"], by=person)):
        return done(request, "Article retiré.", "article_desk", pk)
    return _act(request, article, form, "Retirer l’article", "Retirer")


@logged_in(*READ_AND_ACT)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """Say where an article is filed, and which others it leads to."""
    article, person = article_for(request, pk), person_of(request)
    allow(rules.can_write(person, article))
    form = SheetForm(posted(request), article=article)
    if submit(request, form, lambda data: publishing.file(article, form.sheet(), by=person)):
        return done(request, "Classement enregistré.", "article_desk", pk)
    return _act(request, article, form, "Classer l’article", "Enregistrer")


@logged_in(*READ_AND_ACT)
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an article another address."""
    article, person = article_for(request, pk), person_of(request)
    allow(rules.can_publish(person, article))
    form = AddressForm(posted(request), initial={"slug": article.slug})

    def act(data: dict[str, Any]) -> None:
        publishing.move(article, slug=data["slug"], by=person)

    if submit(request, form, act):
        return done(request, "Adresse changée.", "article_desk", pk)
    return _act(request, article, form, "Changer l’adresse", "Changer l’adresse")


@logged_in(*ACT)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a piece of news for the national list."""
    act = lambda it: publishing.propose(it, by=person_of(request))  # noqa: E731
    return _pressed(request, pk, act, "Actualité proposée à la rédaction.")


@logged_in(*ACT)
def promote(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a piece of news on the national list."""
    act = lambda it: publishing.promote(it, by=person_of(request))  # noqa: E731
    return _pressed(request, pk, act, "Actualité portée sur la liste nationale.")


@logged_in(*ACT)
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a piece of news to its campus."""
    article, person = article_for(request, pk), person_of(request)
    act = lambda: publishing.decline(article, by=person)  # noqa: E731
    return press(request, act, "Actualité laissée à son campus.", "newsroom")
