"""The ministers’ orders that carry decisions out: drafted, downloaded, completed date by date."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from cmq.awards.actions.orders import complete_order, draft_order
from cmq.awards.models import MinisterialOrder
from cmq.web.espace.access import READ, READ_AND_ACT, done, logged_in, page, posted, submit
from cmq.web.espace.college.documents import download, order_of
from cmq.web.espace.college.doors import secretary_of
from cmq.web.espace.college.forms import OrderDraftForm, OrderKnownForm

TITLE = "Arrêté portant attribution du label « Campus des métiers et des qualifications »"


@logged_in(*READ)
def index(request: HttpRequest) -> HttpResponse:
    """All orders."""
    secretary_of(request)
    return page(request, "espace/college/orders.html", {"orders": MinisterialOrder.objects.all()[:300]})


@logged_in(*READ_AND_ACT)
def draft(request: HttpRequest) -> HttpResponse:
    """Draft an order with its annexed list."""
    person = secretary_of(request)
    form = OrderDraftForm(posted(request), initial={"title": TITLE})
    made: list[MinisterialOrder] = []

    def act(data: dict[str, Any]) -> None:
        made.append(draft_order(list(data["decisions"]), title=data["title"], by=person))

    if submit(request, form, act):
        return done(request, "Projet d’arrêté établi.", "order", made[0].pk)
    context = {"act_title": "Établir un projet d’arrêté", "button": "Établir le projet", "back": reverse("orders")}
    return page(request, "espace/college/act.html", context, form=form)


@logged_in(*READ)
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """One order: what is known of it, and its annexed list."""
    secretary_of(request)
    return page(request, "espace/college/order.html", _shown(pk))


@logged_in(*READ)
def draft_document(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The draft of the order with its annexed list, as a document for the ministries."""
    secretary_of(request)
    return download(order_of(**_shown(pk)), f"projet-arrete-{pk}", kind)


@logged_in(*READ_AND_ACT)
def complete(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter what is now known: number, NOR, signature, publication, notification."""
    person = secretary_of(request)
    found = get_object_or_404(MinisterialOrder, pk=pk)
    form = OrderKnownForm(posted(request), order=found)
    if submit(request, form, lambda data: complete_order(found, **data, by=person)):
        return done(request, "Arrêté complété ; le registre suit.", "order", pk)
    context = {"act_title": "Compléter l’arrêté", "button": "Enregistrer", "back": found.get_absolute_url()}
    return page(request, "espace/college/act.html", context, form=form)


def _shown(pk: int) -> dict[str, Any]:
    found = get_object_or_404(MinisterialOrder, pk=pk)
    related = (
        "filiere",
        "item__application__campus__region",
        "item__measure__campus__region",
        "item__meeting__campaign",
    )
    return {"order": found, "decisions": found.decisions.select_related(*related).order_by("name", "number")}
