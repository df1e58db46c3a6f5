"""From which facts of a campus the prefilled paragraphs of each criterion come."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from cmq.campaigns.models import Criterion
from cmq.renewals.drawing import set_facts
from cmq.renewals.models import FactKind
from cmq.renewals.prefill import Pairing, pairings, shipped_kinds
from cmq.web.espace.access import READ, READ_AND_ACT, done, logged_in, page, posted, submit
from cmq.web.espace.campaigns.doors import secretary_of
from cmq.web.espace.texts.specification_views import _specification

SHIPPED, CHOSEN = "logiciel", "choisis"


class FactsForm(forms.Form):
    """The facts of the product, or others."""

    whose = forms.ChoiceField(label="Les paragraphes proposés viennent", widget=forms.RadioSelect)
    kinds = forms.MultipleChoiceField(
        label="Faits choisis", required=False, choices=FactKind.choices, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, pairing: Pairing, **kwargs: Any) -> None:
        initial = {"whose": CHOSEN if pairing.is_chosen else SHIPPED, "kinds": list(pairing.kinds)}
        super().__init__(*args, **{"initial": initial, **kwargs})
        carried = ", ".join(str(kind.label).lower() for kind in shipped_kinds(pairing.criterion)) or "aucun"
        whose: Any = self.fields["whose"]
        whose.choices = [
            (SHIPPED, f"des faits que le logiciel associe à ce critère : {carried}"),
            (CHOSEN, "de ceux-ci"),
        ]

    def clean(self) -> dict[str, Any]:
        """At least one kind, when they are chosen."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("whose") == CHOSEN and not data.get("kinds"):
            self.add_error("kinds", "Cochez au moins une sorte de faits.")
        return data


@logged_in(*READ)
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """Each criterion of a specification, with the facts that feed it."""
    secretary_of(request)
    shown = _specification(pk)
    return page(
        request, "espace/texts/facts.html", {"specification": shown, "pairings": pairings(shown.criteria.all())}
    )


@logged_in(*READ_AND_ACT)
def criterion_facts(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Choose the facts of one criterion: a choice that holds in every version, even frozen, for it changes no text."""
    person, shown = secretary_of(request), _specification(pk)
    criterion = get_object_or_404(Criterion, pk=number, specification=shown)
    form = FactsForm(posted(request), pairing=pairings([criterion])[0])

    def choose(data: dict[str, Any]) -> None:
        kinds = [FactKind(kind) for kind in data["kinds"]] if data["whose"] == CHOSEN else []
        set_facts(criterion, kinds=kinds, by=person)

    if submit(request, form, choose):
        return done(request, f"« {criterion.title} » : faits choisis.", "specification_facts", pk)
    context = {"specification": shown, "act_title": f"Faits du critère : {criterion.title}", "button": "Enregistrer"}
    return page(request, "espace/texts/act.html", context, form=form)
