"""A label that was extended, suspended, withdrawn or refused its renewal, as readers see it."""

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.days import years_after
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision, void_decision
from cmq.labels.models import DecisionKind
from tests.factories import a_campus, a_keeper, an_origin

pytestmark = pytest.mark.django_db
K = DecisionKind


def told(*series: tuple[DecisionKind, int, dict[str, object]]) -> Campus:
    """A campus awarded for five years two years ago, and what followed, in days from now."""
    campus, today = a_campus(region="32"), timezone.localdate()
    for kind, days, terms in ((K.AWARDED, -730, {"duration_years": 5}), *series):
        on = PartialDate.of(today + dt.timedelta(days=days))
        record_decision(campus=campus, kind=kind, decided_on=on, terms=Terms(**terms), origin=an_origin())
    return campus


def text_of(path: str) -> str:
    return Client().get(path, follow=True).content.decode()


@pytest.mark.parametrize(
    ("series", "state", "words"),
    [
        ([(K.SUSPENDED, -30, {})], "Suspendu", "Le label est suspendu depuis le"),
        ([(K.WITHDRAWN, -30, {})], "Retiré", "Une décision a retiré le label : elle prend effet le"),
        ([(K.ENDED, -30, {})], "Terminé", "Une décision a mis fin au label"),
        ([(K.NOT_RENEWED, -30, {})], "En cours", "refuse de le renouveler ensuite"),
        ([(K.EXTENDED, -30, {"duration_years": 1, "act": "Arrêté"})], "En cours", "plus de cinq ans, que l’article"),
        ([(K.EXTENDED, -30, {"ends_on": PartialDate(2090), "act": "Arrêté"})], "En cours", "après prolongation"),
        ([(K.SUSPENDED, -30, {}), (K.RESTORED, -10, {})], "En cours", "donne le label au moins jusqu’au"),
    ],
)
def test_the_page_of_a_campus_says_what_happened(series: list[object], state: str, words: str) -> None:
    page = text_of(told(*series).get_absolute_url())
    assert f">{state}</span>" in page
    assert words in page


def test_a_label_extended_until_nobody_knows_when() -> None:
    campus = a_campus()
    today = timezone.localdate()
    for kind, day, terms in (
        (K.AWARDED, years_after(today, -3), {"duration_years": 2}),
        (K.EXTENDED, years_after(today, -2), {}),
    ):
        record_decision(
            campus=campus, kind=kind, decided_on=PartialDate.of(day), terms=Terms(**terms), origin=an_origin()
        )
    assert "il a été prolongé, et aucune source trouvée ne dit jusqu’à quand" in text_of(campus.get_absolute_url())


def test_an_expired_label_whose_renewal_was_refused_says_so() -> None:
    campus = a_campus()
    today = timezone.localdate()
    for kind, day in ((K.AWARDED, years_after(today, -3)), (K.NOT_RENEWED, years_after(today, -2))):
        terms = Terms(duration_years=2) if kind is K.AWARDED else Terms()
        record_decision(campus=campus, kind=kind, decided_on=PartialDate.of(day), terms=terms, origin=an_origin())
    page = text_of(campus.get_absolute_url())
    assert ">Expiré</span>" in page and "son renouvellement a été refusé" in page


def test_a_suspension_is_drawn_with_its_legend() -> None:
    page = text_of(told((K.SUSPENDED, -300, {}), (K.RESTORED, -200, {})).get_absolute_url())
    assert page.count('class="cmq-timeline__paused"') == 2
    assert "Label suspendu, du" in page
    assert "cmq-timeline__paused" not in text_of(told().get_absolute_url())


def test_lists_and_exports_say_suspended() -> None:
    campus = told((K.SUSPENDED, -30, {}))
    day = (timezone.localdate() - dt.timedelta(days=3)).isoformat()
    listed = text_of(f"/campus/?etat=suspendu&le={day}")
    assert campus.name in listed and "Label suspendu ce jour-là" in listed
    exported = text_of(f"/campus.csv?le={day}")
    row = next(line for line in exported.splitlines() if campus.name in line)
    assert row.count(";suspendu;") == 2


def test_a_voided_line_stays_in_the_history_with_its_reason() -> None:
    campus = told((K.WITHDRAWN, -30, {}))
    void_decision(campus.decisions.get(kind=K.WITHDRAWN), reason="confusion de noms", by=a_keeper())
    page = text_of(campus.get_absolute_url())
    assert ">En cours</span>" in page
    assert "Lignes corrigées ou annulées (1)" in page and "ligne annulée : confusion de noms" in page
