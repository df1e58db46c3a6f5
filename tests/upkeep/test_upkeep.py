"""Access reviewed each quarter, a director followed by another, what is confirmed, how fresh a page is."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from cmq.accounts.models import User
from cmq.campuses import actions as campuses
from cmq.campuses.models import Campus, CampusField, CampusRole
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.funding.models import FundingAgreement
from cmq.organisations import roles
from cmq.projects.models import Project
from cmq.tours.actions.planning import write_tour
from cmq.tours.models import Tour
from cmq.upkeep import actions, rules
from cmq.upkeep.models import AccessReview, Confirmation, HandOver
from tests.factories import a_campus, a_contributor, a_director, a_keeper, a_person, an_organisation

AT = dt.datetime(2026, 11, 10, 12, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 10)
LATER = dt.date(2026, 11, 20)


@pytest.fixture
def campus(db: None) -> Campus:
    return a_campus()


def role_of(person: User, campus: Campus) -> object:
    return campus.memberships.get(person=person)


def test_a_review_confirms_or_ends_each_role_once_in_a_quarter(campus: Campus) -> None:
    director, gone = a_director(campus), a_contributor(campus)
    mine, theirs = role_of(director, campus), role_of(gone, campus)
    assert campus in rules.review_due(on=DAY)
    review = actions.review_access(campus, keep=[mine.pk], end=[theirs.pk], by=director, at=AT)
    theirs.refresh_from_db()
    assert (review.quarter, review.kept, review.ended, review.done_by) == (dt.date(2026, 10, 1), 1, 1, director)
    assert str(review).endswith("trimestre 4 de 2026")
    assert theirs.ends_on == DAY
    assert campus not in rules.review_due(on=DAY)
    assert campus in rules.review_due(on=dt.date(2027, 1, 2))
    with pytest.raises(Refusal, match="déjà faite"):
        actions.review_access(campus, keep=[mine.pk], end=[], by=director, at=AT)


def test_a_review_refused_leaves_every_role(campus: Campus) -> None:
    director, other = a_director(campus), a_contributor(campus)
    mine, theirs = role_of(director, campus), role_of(other, campus)
    for keep, end, words in (
        ([mine.pk], [], "La liste des rôles"),
        ([mine.pk, theirs.pk], [theirs.pk], "La liste des rôles"),
        ([mine.pk, theirs.pk, 0], [], "La liste des rôles"),
        ([theirs.pk], [mine.pk], "passage de relais"),
    ):
        with pytest.raises(Refusal, match=words):
            actions.review_access(campus, keep=keep, end=end, by=director, at=AT)
    for stranger in (other, a_director(a_campus()), a_person()):
        with pytest.raises(NotAllowed):
            actions.review_access(campus, keep=[mine.pk, theirs.pk], end=[], by=stranger, at=AT)
    assert not AccessReview.objects.exists()
    assert campus.memberships.filter(ends_on=None).count() == 2


def test_the_database_holds_one_review_of_a_true_quarter(campus: Campus) -> None:
    row = {"campus": campus, "done_at": AT, "kept": 1, "ended": 0}
    AccessReview.objects.create(quarter=dt.date(2026, 10, 1), **row)
    for quarter in (dt.date(2026, 10, 1), dt.date(2026, 11, 1), dt.date(2026, 7, 2)):
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessReview.objects.create(quarter=quarter, **row)


def test_a_review_is_overdue_after_a_month_and_not_asked_of_newcomers(campus: Campus) -> None:
    director = a_director(campus)
    assert campus not in rules.review_overdue(on=dt.date(2026, 10, 30))
    assert campus in rules.review_overdue(on=dt.date(2026, 10, 31))
    campus.memberships.filter(person=director).update(starts_on=dt.date(2026, 10, 5))
    assert campus not in rules.review_due(on=DAY)


def test_a_director_hands_over_on_the_day_once_the_successor_has_accepted(campus: Campus) -> None:
    director, next_one = a_director(campus), a_person()
    leaving = role_of(director, campus)
    hand_over = actions.prepare_hand_over(leaving, email=next_one.email, leaves_on=LATER, by=director, at=AT)
    assert OutgoingMail.objects.filter(to=next_one.email).count() == 1
    assert actions.finish_hand_overs(on=LATER) == 0, "nobody has accepted"
    successor = hand_over.successor
    successor.person, successor.starts_on, successor.token_expires_at = next_one, DAY, None
    successor.save()
    assert actions.finish_hand_overs(on=LATER - dt.timedelta(days=1)) == 0
    assert actions.finish_hand_overs(on=LATER) == 1
    assert actions.finish_hand_overs(on=LATER) == 0
    leaving.refresh_from_db()
    assert leaving.ends_on == LATER
    assert campus not in rules.without_director(on=LATER)


def test_a_hand_over_refused(campus: Campus) -> None:
    director, contributor = a_director(campus), a_contributor(campus)
    leaving = role_of(director, campus)

    def prepare(role=leaving, email="suite@exemple.fr", leaves_on=LATER, by=director) -> HandOver:
        return actions.prepare_hand_over(role, email=email, leaves_on=leaves_on, by=by, at=AT)

    for change, words in (
        ({"role": role_of(contributor, campus)}, "directeur en fonction"),
        ({"leaves_on": DAY - dt.timedelta(days=1)}, "passé"),
        ({"email": director.email}, "autre personne"),
    ):
        with pytest.raises(Refusal, match=words):
            prepare(**change)
    for stranger in (contributor, a_director(a_campus())):
        with pytest.raises(NotAllowed):
            prepare(by=stranger)
    assert not HandOver.objects.exists()
    first = prepare(by=a_keeper())
    with pytest.raises(Refusal, match="déjà préparé"):
        prepare(email="autre@exemple.fr")
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.create(
            campus=campus, leaving=leaving, successor=first.successor, leaves_on=DAY, prepared_at=AT
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        HandOver.objects.filter(pk=first.pk).update(successor=leaving)


def test_a_hand_over_given_up_withdraws_the_invitation(campus: Campus) -> None:
    director = a_director(campus)
    leaving = role_of(director, campus)
    hand_over = actions.prepare_hand_over(leaving, email="suite@exemple.fr", leaves_on=LATER, by=director, at=AT)
    with pytest.raises(NotAllowed):
        actions.cancel_hand_over(hand_over, by=a_person(), at=AT)
    actions.cancel_hand_over(hand_over, by=director, at=AT)
    assert not campus.memberships.invited().exists()
    with pytest.raises(Refusal, match="déjà clos"):
        actions.cancel_hand_over(hand_over, by=director, at=AT)
    assert actions.finish_hand_overs(on=LATER) == 0


def test_a_campus_without_a_director_is_known(campus: Campus) -> None:
    assert campus not in rules.without_director(on=DAY), "nobody works here"
    a_contributor(campus)
    assert campus in rules.without_director(on=DAY)


def test_what_is_old_is_stale_until_it_is_confirmed(campus: Campus) -> None:
    contributor = a_contributor(campus)
    old = Origin(observed_on=PartialDate(2025, 11, 9))
    fact = campuses.state_fact(campus, field=CampusField.ACRONYM, value="CE", origin=old)
    fresh = Origin(observed_on=PartialDate(2025, 11, 10))
    campuses.state_fact(campus, field=CampusField.PURPOSE, value="Former.", origin=fresh)
    member = campuses.add_partner(campus, an_organisation(), origin=old)
    stale = {line.thing for line in rules.lines(campus, on=DAY) if line.is_stale}
    name = campus.facts.get(field=CampusField.NAME)
    assert stale == {fact, member, name}
    actions.confirm(fact, campus, by=contributor, at=AT)
    assert Change.objects.order_by("-position").first().model == "campuses.campus", "the public page is drawn again"
    read = [f"campuses.campusfact:{name.pk}", f"campuses.campusfact:{fact.pk}"]
    assert actions.confirm_stale(campus, keys=read, by=contributor, at=AT) == 1
    assert {line.thing for line in rules.lines(campus, on=DAY) if line.is_stale} == {member}
    with pytest.raises(Refusal, match="plus rien"):
        actions.confirm_stale(campus, keys=read, by=contributor, at=AT)


def test_one_confirms_only_what_the_campus_shows(campus: Campus) -> None:
    contributor, elsewhere = a_contributor(campus), a_campus()
    for thing in (elsewhere.facts.get(), contributor):
        with pytest.raises(Refusal, match="ne montre pas"):
            actions.confirm(thing, campus, by=contributor)
    with pytest.raises(NotAllowed):
        actions.confirm(elsewhere.facts.get(), elsewhere, by=contributor)
    with pytest.raises(NotAllowed):
        actions.confirm_stale(elsewhere, keys=[], by=contributor)
    assert not Confirmation.objects.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Confirmation.objects.create(campus=campus, model="", key="", at=AT)


def test_the_letters_of_a_quarter_are_written_once(campus: Campus) -> None:
    director = a_director(campus)
    a_contributor(campus)
    assert actions.remind(on=DAY) == 2
    assert actions.remind(on=LATER) == 0
    texts = [mail.text for mail in OutgoingMail.objects.filter(to=director.email)]
    assert any("/entretien/acces/" in text for text in texts)
    assert any("1 ligne :" in text or "1 ligne." in text for text in texts)
    assert actions.remind(on=dt.date(2027, 1, 4)) == 2
    assert OutgoingMail.objects.exclude(to=director.email).count() == 0


def test_no_letter_when_all_is_well(campus: Campus) -> None:
    director = a_director(campus)
    actions.review_access(campus, keep=[role_of(director, campus).pk], end=[], by=director, at=AT)
    actions.confirm(campus.facts.get(), campus, by=director, at=AT)
    assert actions.remind(on=LATER) == 0
    assert campus.memberships.get().role == CampusRole.DIRECTOR


def test_a_joint_project_a_tour_and_an_agreement_are_confirmed_too(campus: Campus) -> None:
    director = a_director(campus)
    things = [
        Project.objects.create(campus=campus, slug="p", title="Projet", objective="Aider", state="en_cours"),
        Tour.objects.create(campus=campus, slug="t", title="Tournée", summary="Aller", created_at=AT),
        FundingAgreement.objects.create(campus=campus, kind="region", purpose="Former"),
    ]
    over = [
        Project.objects.create(campus=campus, slug="f", title="Fini", objective="Aider", state="termine"),
        FundingAgreement.objects.create(campus=campus, kind="etat", purpose="Former", ends_on=dt.date(2026, 11, 9)),
    ]
    lines = {line.thing: line for line in rules.lines(campus, on=DAY)}
    assert set(things) <= set(lines) and not set(over) & set(lines)
    assert all(lines[thing].said == "jamais daté ni confirmé" for thing in things), "no act ever told of them"
    for thing in things:
        actions.confirm(thing, campus, by=director, at=AT)
        with pytest.raises(Refusal, match="déjà confirmé aujourd’hui"):
            actions.confirm(thing, campus, by=director, at=AT)
    lines = {line.thing: line for line in rules.lines(campus, on=DAY)}
    assert all(lines[thing].said == "confirmé le 10/11/2026" and not lines[thing].is_stale for thing in things)


def test_what_an_act_entered_is_dated_by_it(campus: Campus) -> None:
    director = a_director(campus)
    write_tour(campus, title="Tournée", summary="Aller", contact="", by=director)
    line = next(line for line in rules.lines(campus, on=timezone.localdate()) if line.kind.label == "Tournée")
    assert line.said == f"inscrit ou modifié le {timezone.localdate():%d/%m/%Y}" and not line.is_stale


def test_the_reminders_ask_as_much_for_one_director_as_for_many(campus: Campus) -> None:
    a_director(campus)

    def asked() -> int:
        actions.remind(on=DAY)
        with CaptureQueriesContext(connection) as queries:
            assert actions.remind(on=DAY) == 0
        return len(queries)

    alone = asked()
    for _ in range(4):
        other = a_campus()
        a_director(other)
        a_director(other)
        campuses.add_partner(other, an_organisation())
    assert asked() == alone
    assert alone <= 16


def test_an_invitation_that_expires_in_a_hand_over_is_said_and_given_again(campus: Campus) -> None:
    director = a_director(campus)
    leaving = role_of(director, campus)
    hand_over = actions.prepare_hand_over(leaving, email="suite@exemple.fr", leaves_on=LATER, by=director, at=AT)
    with pytest.raises(Refusal, match="pas besoin"):
        actions.renew_hand_over(hand_over, by=director, at=AT)
    after = AT + roles.VALID_FOR + dt.timedelta(days=1)
    assert rules.why_stuck(hand_over, at=after) == "L’invitation a expiré."
    actions.remind(on=after.date())
    letters = OutgoingMail.objects.filter(to=director.email, key__startswith="hand_over_stuck")
    assert "suite@exemple.fr" in letters.get().text
    assert actions.remind(on=after.date() + dt.timedelta(days=1)) == 0, "once"
    with pytest.raises(NotAllowed):
        actions.renew_hand_over(hand_over, by=a_contributor(campus), at=after)
    first = hand_over.successor
    actions.renew_hand_over(hand_over, by=director, at=after)
    hand_over.refresh_from_db()
    first.refresh_from_db()
    assert first.ends_on == after.date() and hand_over.successor != first
    assert rules.why_stuck(hand_over, at=after) == ""
    assert campus.memberships.invited().get() == hand_over.successor
    actions.cancel_hand_over(hand_over, by=director, at=after)
    with pytest.raises(Refusal, match="déjà clos"):
        actions.renew_hand_over(hand_over, by=director, at=after)


def test_a_successor_whose_invitation_a_review_withdrew_is_invited_again(campus: Campus) -> None:
    director = a_director(campus)
    hand_over = actions.prepare_hand_over(
        role_of(director, campus), email="suite@exemple.fr", leaves_on=LATER, by=director, at=AT
    )
    mine = role_of(director, campus).pk
    actions.review_access(campus, keep=[mine], end=[hand_over.successor_id], by=director, at=AT)
    hand_over.refresh_from_db()
    assert rules.why_stuck(hand_over, at=AT) == "L’invitation a été retirée."
    actions.renew_hand_over(hand_over, by=director, at=AT)
    assert OutgoingMail.objects.filter(to="suite@exemple.fr").count() == 2


def test_who_is_invited_already_is_not_invited_twice(campus: Campus) -> None:
    director = a_director(campus)
    campuses.invite(campus, email="suite@exemple.fr", role=CampusRole.DIRECTOR, by=director, at=AT)
    hand_over = actions.prepare_hand_over(
        role_of(director, campus), email="suite@exemple.fr", leaves_on=LATER, by=director, at=AT
    )
    assert hand_over.successor == campus.memberships.invited().get()


days = st.one_of(st.none(), st.dates(dt.date(2000, 1, 1), dt.date(2026, 11, 10)))


@given(st.lists(days, max_size=8), days)
def test_the_score_is_a_share_that_grows_with_what_is_confirmed(known: list[dt.date | None], more: object) -> None:
    score = rules.freshness(known, on=DAY)
    assert 0 <= score.recent <= score.dated <= score.total == len(known)
    assert (score.share is None) == (not any(known))
    assert score.share is None or 0 <= score.share <= 100
    assert (score.share == 100) == (bool(known) and score.recent == score.total)
    confirmed = rules.freshness([DAY, *known[1:]], on=DAY)
    assert (confirmed.share or 0) >= (score.share or 0)
    assert rules.freshness([*known, more], on=DAY).recent - score.recent in (0, 1)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)))
def test_a_quarter_begins_at_most_three_months_before_its_days(day: dt.date) -> None:
    first = rules.quarter_of(day)
    assert (first.day, first.month % 3) == (1, 1)
    assert dt.timedelta(0) <= day - first < dt.timedelta(days=92)
