"""How organisations join campuses: who opens, who answers, what follows, what never happens."""

import datetime as dt

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.accounts.models import User
from cmq.campuses.actions import add_partner, end_partnership
from cmq.campuses.models import Campus, PartnerRole, Partnership
from cmq.core import feed
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import OutgoingMail
from cmq.core.partial_dates import PartialDate
from cmq.network import rules
from cmq.network.actions import (
    Sent,
    Terms,
    ask_to_join,
    change_convention,
    close_request,
    invite_partner,
    sign_convention,
    withdraw_convention,
)
from cmq.network.models import Convention, PartnerRequest, RequestState
from cmq.organisations.models import Family, Organisation
from cmq.projects.models import Project
from tests.cast import PDF
from tests.factories import a_campus, a_contact, a_director, a_keeper, a_person, an_organisation
from tests.partnering import cite_everywhere

pytestmark = pytest.mark.django_db
AGREED, DECLINED, WITHDRAWN = RequestState.AGREED, RequestState.DECLINED, RequestState.WITHDRAWN


class Sides:
    """A campus and an organisation, with one person each."""

    def __init__(self) -> None:
        self.campus, self.organisation = a_campus(), an_organisation()
        self.director, self.contact = a_director(self.campus), a_contact(self.organisation)

    def invited(self, **terms: object) -> PartnerRequest:
        return invite_partner(self.campus, self.organisation, terms=Terms(**terms), by=self.director)  # type: ignore[arg-type]

    def asking(self) -> PartnerRequest:
        return ask_to_join(self.campus, self.organisation, terms=Terms(), by=self.contact)


@pytest.fixture
def sides() -> Sides:
    return Sides()


def _sent(content: bytes = PDF, name: str = "convention.pdf") -> Sent:
    return Sent(name, ContentFile(content), len(content))


def test_an_invitation_agreed_makes_a_member_and_both_sides_are_told(sides: Sides) -> None:
    request = sides.invited(role=PartnerRole.FOUNDING, family=Family.ECONOMIC, message="Venez.")
    letter = OutgoingMail.objects.get(to=sides.contact.email, key__startswith="mail/partner_invited")
    assert "Venez." in letter.text
    assert f"/espace/organisations/{sides.organisation.pk}/demandes/{request.pk}/" in letter.text
    member = close_request(request, to=AGREED, answer="Oui.", by=sides.contact)
    assert member == sides.campus.partnerships.get()
    assert (member.role, member.family, member.organisation) == ("fondateur", "socio_economique", sides.organisation)
    assert str(member.starts_on.first) == str(timezone.localdate())
    assert "Oui." in OutgoingMail.objects.get(to=sides.director.email, key__startswith="mail/partner_closed").text


def test_a_request_is_answered_by_the_campus(sides: Sides) -> None:
    request = sides.asking()
    assert OutgoingMail.objects.filter(to=sides.director.email, key__startswith="mail/partner_asking").count() == 1
    with pytest.raises(NotAllowed):
        close_request(request, to=AGREED, by=sides.contact)
    assert close_request(request, to=DECLINED, by=sides.director) is None
    assert not sides.campus.partnerships.exists()
    with pytest.raises(Refusal, match="déjà close : décliné"):
        close_request(request, to=AGREED, by=sides.director)


@pytest.mark.parametrize("opened_by_campus", [True, False])
@pytest.mark.parametrize("to", RequestState)
def test_each_side_has_its_own_moves(sides: Sides, opened_by_campus: bool, to: RequestState) -> None:
    request = sides.invited() if opened_by_campus else sides.asking()
    opener, asked = (sides.director, sides.contact) if opened_by_campus else (sides.contact, sides.director)
    assert (to in rules.moves_of(opener, request)) == (to is WITHDRAWN)
    assert (to in rules.moves_of(asked, request)) == (to in (AGREED, DECLINED))
    stranger = a_director(a_campus())
    with pytest.raises(NotAllowed):
        close_request(request, to=to, by=stranger)
    if to is WITHDRAWN:
        close_request(request, to=to, by=opener)
        request.refresh_from_db()
        assert request.state == WITHDRAWN
        assert rules.moves_of(opener, request) == frozenset()


def test_one_open_request_at_a_time_and_none_for_a_member(sides: Sides) -> None:
    sides.invited()
    with pytest.raises(Refusal, match="attend déjà"):
        sides.asking()
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerRequest.objects.create(
            campus=sides.campus,
            organisation=sides.organisation,
            state=RequestState.ASKING,
            from_campus=False,
            opened_at=timezone.now(),
        )
    other = Sides()
    add_partner(other.campus, other.organisation)
    with pytest.raises(Refusal, match="a déjà ce rôle"):
        other.asking()
    # Founding is another role.
    assert other.invited(role=PartnerRole.FOUNDING).is_open


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "autre", "from_campus": True},
        {"state": "invite", "from_campus": False},
        {"state": "demande", "from_campus": True},
        {"state": "accepte", "from_campus": True},
        {"state": "invite", "from_campus": True, "answered_at": timezone.now()},
    ],
)
def test_the_base_refuses_what_cannot_be(sides: Sides, wrong: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PartnerRequest.objects.create(
            campus=sides.campus, organisation=sides.organisation, opened_at=timezone.now(), **wrong
        )


def test_who_may_not_open(sides: Sides) -> None:
    for person in (sides.contact, a_person()):
        with pytest.raises(NotAllowed):
            invite_partner(sides.campus, sides.organisation, terms=Terms(), by=person)
    for person in (sides.director, a_person()):
        with pytest.raises(NotAllowed):
            ask_to_join(sides.campus, sides.organisation, terms=Terms(), by=person)
    with pytest.raises(Refusal, match="démonstration"):
        invite_partner(sides.campus, an_organisation(is_demo=True), terms=Terms(), by=sides.director)
    with pytest.raises(Refusal, match="1 000 signes"):
        sides.invited(message="x" * 1001)


def test_requests_are_internal_and_members_public(sides: Sides) -> None:
    before = feed.public_position()
    request = sides.invited()
    assert feed.public_position() == before
    close_request(request, to=AGREED, by=sides.contact)
    assert feed.public_position() > before


def _member(sides: Sides) -> Partnership:
    return add_partner(sides.campus, sides.organisation)


def test_a_convention_is_a_pdf_with_ordered_dates(sides: Sides) -> None:
    member, day = _member(sides), dt.date(2026, 1, 1)
    convention = sign_convention(member, starts_on=day, ends_on=None, document=_sent(), by=sides.director)
    assert convention.document.read() == PDF
    assert rules.can_read_convention(sides.contact, convention)
    assert not rules.can_read_convention(a_person(), convention)
    with pytest.raises(Refusal, match="précède"):
        sign_convention(member, starts_on=day, ends_on=day - dt.timedelta(days=1), document=_sent(), by=sides.director)
    with pytest.raises(Refusal, match="convention"):
        sign_convention(member, starts_on=day, ends_on=None, document=_sent(b"pas un pdf"), by=sides.director)
    with pytest.raises(NotAllowed):
        sign_convention(member, starts_on=day, ends_on=None, document=_sent(), by=sides.contact)
    with pytest.raises(IntegrityError), transaction.atomic():
        Convention.objects.filter(pk=convention.pk).update(ends_on=dt.date(2025, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Convention.objects.filter(pk=convention.pk).update(document="")
    with pytest.raises(NotAllowed):
        withdraw_convention(convention, version=1, by=sides.contact)
    withdraw_convention(convention, version=1, by=sides.director)
    with pytest.raises(Refusal, match="déjà retirée"):
        withdraw_convention(convention, version=2, by=sides.director)


def test_a_convention_is_changed_as_it_was_seen_and_attached_once(sides: Sides) -> None:
    member, day, end = _member(sides), dt.date(2026, 1, 1), dt.date(2028, 12, 31)
    said = {"starts_on": day, "ends_on": None}
    convention = sign_convention(member, document=_sent(), by=sides.director, **said)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="du 01/01/2026 sans fin avec .* est déjà jointe"):
        sign_convention(member, document=_sent(), by=sides.director, **said)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError), transaction.atomic():
        Convention.objects.create(partnership=member, document="x", document_name="x", document_size=1, **said)
    with pytest.raises(NotAllowed):
        change_convention(convention, version=1, starts_on=day, ends_on=end, by=sides.contact)
    changed = change_convention(convention, version=1, starts_on=day, ends_on=end, by=sides.director)
    assert (changed.version, changed.ends_on, changed.document_name) == (2, end, "convention.pdf")
    for act in (
        lambda: change_convention(convention, version=1, starts_on=day, ends_on=None, by=sides.director),
        lambda: withdraw_convention(convention, version=1, by=sides.director),
    ):
        with pytest.raises(Refusal, match="entre-temps"):
            act()
    other = sign_convention(member, document=_sent(), by=sides.director, **said)  # type: ignore[arg-type]
    with pytest.raises(Refusal, match="déjà jointe"):
        change_convention(other, version=1, starts_on=day, ends_on=end, by=sides.director)
    with pytest.raises(Refusal, match="1990"):
        change_convention(other, version=1, starts_on=dt.date(26, 1, 1), ends_on=end, by=sides.director)
    convention.refresh_from_db()
    assert (convention.version, convention.ends_on, convention.withdrawn_at) == (2, end, None)
    # What was withdrawn may be attached again.
    withdraw_convention(convention, version=2, by=sides.director)
    change_convention(other, version=1, starts_on=day, ends_on=end, by=sides.director)


def test_nobody_agrees_with_themselves(sides: Sides) -> None:
    keeper = a_keeper()
    for request in (
        invite_partner(sides.campus, sides.organisation, terms=Terms(), by=keeper),
        ask_to_join(sides.campus, an_organisation(), terms=Terms(), by=keeper),
    ):
        assert rules.moves_of(keeper, request) == {WITHDRAWN}
        for to in (AGREED, DECLINED):
            with pytest.raises(Refusal, match="une autre personne y répond"):
                close_request(request, to=to, by=keeper)
        assert rules.moves_of(a_keeper(), request) >= {AGREED, DECLINED}, "another keeper may answer"
    assert not sides.campus.partnerships.exists()
    close_request(PartnerRequest.objects.order_by("pk")[0], to=WITHDRAWN, by=keeper)


def test_a_partner_that_has_left_is_said_wherever_it_is_still_cited(sides: Sides) -> None:
    campus, lycee, today = sides.campus, sides.organisation, timezone.localdate()
    member, stays = _member(sides), an_organisation()
    add_partner(campus, stays)
    cite_everywhere(campus, lycee)
    cite_everywhere(campus, stays)
    assert rules.departed(campus, today) == []
    end_partnership(member, on=PartialDate(today.year - 1), by=sides.director)
    (gone,) = rules.departed(campus, today)
    assert (gone.organisation, gone.left_on) == (lycee, dt.date(today.year - 1, 12, 31))
    kinds = [type(cited.thing).__name__ for cited in gone.citations]
    assert sorted(kinds) == ["FundingAgreement", "Project", "Stop", "Training"]
    for cited in gone.citations:
        assert rules.departed_from(campus, cited.thing, today) == [gone]
    assert rules.departed_from(a_campus(), gone.citations[0].thing, today) == []
    # A joint project is right as long as the partner belongs to one of its campuses.
    other = a_campus()
    project = next(cited.thing for cited in gone.citations if isinstance(cited.thing, Project))
    project.owners.create(campus=other, asked_at=timezone.now(), accepted_at=timezone.now())
    add_partner(other, lycee)
    assert len(rules.departed(campus, today)[0].citations) == 3
    # Back in another role, it has not left.
    add_partner(campus, lycee, role=PartnerRole.FOUNDING)
    assert rules.departed(campus, today) == []


def test_since_when_a_partner_has_left(sides: Sides) -> None:
    member = _member(sides)
    assert rules.ended_on(sides.campus, sides.organisation, dt.date(2026, 6, 1)) is None
    end_partnership(member, on=PartialDate(2024, 3, 5), by=sides.director)
    assert rules.ended_on(sides.campus, sides.organisation, dt.date(2024, 3, 5)) is None
    assert rules.ended_on(sides.campus, sides.organisation, dt.date(2024, 3, 6)) == dt.date(2024, 3, 5)
    assert rules.ended_on(sides.campus, an_organisation(), dt.date(2026, 6, 1)) is None
    add_partner(sides.campus, sides.organisation, starts_on=PartialDate(2025))
    assert rules.ended_on(sides.campus, sides.organisation, dt.date(2026, 6, 1)) is None


_years = st.none() | st.builds(PartialDate, st.integers(2000, 2030))


@given(_years, _years, st.dates(dt.date(1995, 1, 1), dt.date(2035, 1, 1)))
def test_a_partnership_stands_on_each_day_of_its_years_and_no_other(
    start: PartialDate | None, end: PartialDate | None, day: dt.date
) -> None:
    member = Partnership(starts_on=start, ends_on=end)
    within = (start is None or day.year >= start.year) and (end is None or day.year <= end.year)
    assert member.stands(day) == within


def test_the_base_and_the_code_agree_on_who_belongs_on_a_day(sides: Sides) -> None:
    starts = [None, PartialDate(2024), PartialDate(2024, 5), PartialDate(2024, 5, 17)]
    ends = [None, PartialDate(2025), PartialDate(2025, 2), PartialDate(2025, 2, 10)]
    for start in starts:
        for end in ends:
            add_partner(sides.campus, an_organisation(), starts_on=start, ends_on=end)
    rows = list(Partnership.objects.all())
    assert len(rows) == 16
    edges = [each.first for each in (*starts, *ends) if each] + [each.last for each in (*starts, *ends) if each]
    for day in {edge + dt.timedelta(days=step) for edge in edges for step in (-1, 0, 1)}:
        assert set(Partnership.objects.active(day)) == {row for row in rows if row.stands(day)}, day
        assert set(Partnership.objects.not_over(day)) == {row for row in rows if not row.is_over(day)}, day


def test_an_organisation_belongs_to_several_campuses() -> None:
    """An organisation that two campuses invite answers each of them apart."""
    first, organisation = Sides(), an_organisation()
    second, contact = a_campus(), a_contact(organisation)
    people: list[tuple[Campus, User]] = [(first.campus, first.director), (second, a_director(second))]
    requests = [invite_partner(campus, organisation, terms=Terms(), by=who) for campus, who in people]
    for request in requests:
        close_request(request, to=AGREED, by=contact)
    assert Organisation.objects.get(pk=organisation.pk).partnerships.count() == 2
