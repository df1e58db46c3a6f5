"""Two people at the same instant: one convention, one confirmation, one hand-over renewed, one sheet."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.files.base import ContentFile

from cmq.campuses.actions import add_partner
from cmq.core.errors import Refusal
from cmq.core.feed import first_broken_position
from cmq.network.actions import Sent, change_convention, sign_convention
from cmq.network.models import Convention
from cmq.organisations.actions import edit_organisation
from cmq.organisations.rules import sheet_seal
from cmq.upkeep import actions as upkeep
from cmq.upkeep.models import Confirmation
from tests.cast import PDF
from tests.factories import a_campus, a_contact, a_contributor, a_director, an_organisation
from tests.procedure.test_at_once import at_once

pytestmark = pytest.mark.usefixtures("committed_db")
DAY = dt.date(2026, 1, 1)
AT = dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC)


def one_of_two(act: Callable[[int], object]) -> None:
    """The same act by two people: one is done, the other is refused in French."""
    results = at_once(lambda: act(0) or True, lambda: act(1) or True)
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert not any(result is None for result in results)
    assert first_broken_position() is None


def test_a_convention_attached_or_changed_twice_at_once_is_so_once() -> None:
    campus = a_campus()
    people, member = (a_director(campus), a_contributor(campus)), add_partner(campus, an_organisation())

    def sign(number: int) -> object:
        document = Sent("c.pdf", ContentFile(PDF), len(PDF))
        return sign_convention(member, starts_on=DAY, ends_on=None, document=document, by=people[number])

    one_of_two(sign)
    convention = Convention.objects.get()

    def change(number: int) -> object:
        ends_on = dt.date(2027 + number, 1, 1)
        return change_convention(convention, starts_on=DAY, ends_on=ends_on, version=1, by=people[number])

    one_of_two(change)
    assert Convention.objects.get().version == 2


def test_a_fact_confirmed_twice_at_once_is_so_once() -> None:
    campus = a_campus()
    people = (a_director(campus), a_contributor(campus))
    one_of_two(lambda number: upkeep.confirm(campus.facts.get(), campus, by=people[number], at=AT))
    assert Confirmation.objects.count() == 1


def test_a_successor_invited_again_twice_at_once_is_so_once() -> None:
    campus = a_campus()
    director, other = a_director(campus), a_director(campus)
    leaving = campus.memberships.get(person=director)
    email, day = "suite@exemple.fr", dt.date(2027, 6, 1)
    hand_over = upkeep.prepare_hand_over(leaving, email=email, leaves_on=day, by=director, at=AT)
    after = AT + dt.timedelta(days=20)
    one_of_two(lambda number: upkeep.renew_hand_over(hand_over, by=(director, other)[number], at=after))
    assert campus.memberships.invited().count() == 1


def test_a_sheet_written_twice_at_once_keeps_the_first() -> None:
    organisation = an_organisation()
    people, seal = (a_contact(organisation), a_contact(organisation)), sheet_seal(organisation)

    def edit(number: int) -> object:
        site = f"https://exemple{number}.fr"
        return edit_organisation(organisation, commune=None, website=site, seal=seal, by=people[number])

    one_of_two(edit)
