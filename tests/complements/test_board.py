"""Setting aside, needs and offers: what the actions refuse, what the database forbids, who gets a letter."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus
from cmq.complements import actions
from cmq.complements.actions import NoticeTerms
from cmq.complements.models import Dismissal, Notice, NoticeAnswer, NoticeKind, Topic
from cmq.complements.review import load_profiles, review
from cmq.core import feed
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import OutgoingMail
from cmq.projects.actions import ProjectTerms, ask_owner, enter_project, publish_practice
from cmq.projects.models import ProjectState
from cmq.reference.audiences import Audience
from cmq.trainings.actions import add_training
from cmq.trainings.models import TrainingShare
from cmq.trainings.rules import TrainingTerms
from tests.factories import a_campus, a_contributor, a_director, an_organisation

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 9, 14, 10, tzinfo=dt.UTC)
TODAY = NOW.date()


@pytest.fixture
def campus() -> Campus:
    return a_campus()


def terms(**fields: Any) -> NoticeTerms:
    given = {
        "kind": NoticeKind.NEED,
        "topic": Topic.EQUIPMENT,
        "title": "Cherche un plateau",
        "text": "Deux journées en mars.",
        "until": dt.date(2026, 12, 31),
    }
    return NoticeTerms(**{**given, **fields})


def a_notice(campus: Campus, *, by: Any = None, **fields: Any) -> Notice:
    return actions.post_notice(campus, terms=terms(**fields), by=by, at=NOW)


def test_a_campus_is_set_aside_with_a_reason_and_taken_back(campus: Campus) -> None:
    other, director = a_campus(), a_director(campus)
    member = an_organisation("Lycée commun")
    add_partner(campus, member), add_partner(other, member)
    found = review(campus, at=NOW, on=TODAY)
    assert [each.profile.pk for each in found.suggestions] == [other.pk]
    assert found.suggestions[0].reasons[0].sentence == "Lycée commun est membre des deux campus."
    for reason, message in (("  ", "pourquoi"), ("x" * 301, "300")):
        with pytest.raises(Refusal, match=message):
            actions.dismiss(campus, other, reason=reason, by=director)
    with pytest.raises(NotAllowed):
        actions.dismiss(campus, other, reason="Trop loin", by=a_director(other))
    dismissal = actions.dismiss(campus, other, reason="Trop loin", by=director)
    with pytest.raises(Refusal, match="déjà écartée"):
        actions.dismiss(campus, other, reason="Trop loin", by=director)
    assert not review(campus, at=NOW, on=TODAY).suggestions
    assert review(other, at=NOW, on=TODAY).suggestions
    with pytest.raises(NotAllowed):
        actions.restore(dismissal, by=a_director(other))
    actions.restore(dismissal, by=director)
    assert review(campus, at=NOW, on=TODAY).suggestions


def test_neither_itself_nor_the_demonstration_is_set_aside(campus: Campus) -> None:
    for other in (campus, a_campus(is_demo=True)):
        with pytest.raises(Refusal, match="pas proposé"):
            actions.dismiss(campus, other, reason="x", by=None)


def test_a_notice_stands_to_the_end_of_its_last_day(campus: Campus) -> None:
    before = feed.public_position()
    notice = a_notice(campus, until=TODAY, rncp="RNCP 35506", rome="k1302")
    assert (notice.rncp, notice.rome) == ("35506", "K1302")
    midnight = timezone.make_aware(dt.datetime(2026, 9, 15))
    assert Notice.objects.open_at(midnight - dt.timedelta(seconds=1)).exists()
    assert not Notice.objects.open_at(midnight).exists()
    assert feed.public_position() == before


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"title": " "}, "titre"),
        ({"text": " "}, "ce que vous cherchez"),
        ({"title": "x" * 151}, "150"),
        ({"text": "x" * 3001}, "3 000"),
        ({"until": dt.date(2026, 9, 13)}, "passée"),
        ({"until": dt.date(2027, 9, 15)}, "Un an au plus"),
        ({"rncp": "abc"}, "RNCP"),
        ({"rome": "K13"}, "ROME"),
    ],
)
def test_what_a_notice_may_not_say(campus: Campus, fields: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal, match=message):
        a_notice(campus, **fields)
    assert not Notice.objects.exists()


def test_the_poster_gets_a_letter_for_each_answer(campus: Campus) -> None:
    poster, other = a_contributor(campus), a_campus("Campus qui répond")
    notice = a_notice(campus, by=poster)
    answerer = a_contributor(other)
    for text, message in ((" ", "Écrivez"), ("x" * 3001, "3 000")):
        with pytest.raises(Refusal, match=message):
            actions.answer_notice(notice, campus=other, text=text, by=answerer, at=NOW)
    with pytest.raises(Refusal, match="votre campus"):
        actions.answer_notice(notice, campus=campus, text="Moi", by=poster, at=NOW)
    with pytest.raises(Refusal, match="ne s’adresse pas"):
        actions.answer_notice(notice, campus=a_campus(is_demo=True), text="Moi", by=None, at=NOW)
    with pytest.raises(NotAllowed):
        actions.answer_notice(notice, campus=other, text="Moi", by=poster, at=NOW)
    actions.answer_notice(notice, campus=other, text="Notre maison témoin est libre.", by=answerer, at=NOW)
    director = a_director(campus)
    actions.answer_notice(notice, campus=other, text="Elle est libre en mai aussi.", by=answerer, at=NOW)
    letter, *later = OutgoingMail.objects.order_by("pk")
    assert letter.to == poster.email and {each.to for each in later} == {poster.email, director.email}
    assert len(later) == 2
    assert "Campus qui répond" in letter.subject and "maison témoin est libre" in letter.text
    assert f"/besoins-et-offres/{notice.pk}/" in letter.text


def test_a_notice_is_closed_once_with_what_came_of_it(campus: Campus) -> None:
    notice, director, other = a_notice(campus), a_director(campus), a_campus()
    for outcome, message in (("", "advenu"), ("x" * 301, "300")):
        with pytest.raises(Refusal, match=message):
            actions.close_notice(notice, outcome=outcome, by=director, at=NOW)
    with pytest.raises(NotAllowed):
        actions.close_notice(notice, outcome="Trouvé", by=a_director(other), at=NOW)
    actions.close_notice(notice, outcome="Trouvé", by=director, at=NOW)
    assert not Notice.objects.open_at(NOW).exists()
    with pytest.raises(Refusal, match="close"):
        actions.close_notice(notice, outcome="Trouvé", by=director, at=NOW)
    with pytest.raises(Refusal, match="close"):
        actions.answer_notice(notice, campus=other, text="Moi", by=None, at=NOW)
    late = a_notice(campus, until=TODAY)
    with pytest.raises(Refusal, match="expiré"):
        actions.answer_notice(late, campus=other, text="Moi", by=None, at=NOW + dt.timedelta(days=2))


def test_a_joint_project_and_a_practice_count_for_the_campuses_that_own_them(campus: Campus) -> None:
    other = a_campus()
    said = ProjectTerms("Visites", "Visiter.", audiences=(Audience.PUPILS,), reusable="Le carnet")
    project = enter_project(campus, terms=said, state=ProjectState.RUNNING, by=None)
    publish_practice(project, by=None)
    ask_owner(project, other, by=None)
    abandoned = ProjectTerms("Rien", "Rien.", audiences=(Audience.COMPANIES,))
    enter_project(campus, terms=abandoned, state=ProjectState.ABANDONED, by=None)
    profiles = {each.pk: each for each in load_profiles(is_demo=False, at=NOW, on=TODAY)}
    assert profiles[campus.pk].audiences == {Audience.PUPILS}
    assert profiles[campus.pk].practices == {("Visites", Audience.PUPILS)}
    assert not profiles[other.pk].audiences


def test_trainings_on_offer_say_what_a_campus_teaches(campus: Campus) -> None:
    lycee, other = an_organisation(), a_campus()
    add_partner(campus, lycee)
    terms = TrainingTerms(
        "Aide à domicile",
        lycee,
        rncp_code="36004",
        romes=("K1302",),
        modules=("Domotique",),
        audiences=(Audience.EMPLOYEES,),
    )
    training = add_training(campus, terms=terms, by=None, on=TODAY)
    add_training(campus, terms=TrainingTerms("Finie", lycee, rncp_code="1234", ends_on=dt.date(2026, 1, 1)), by=None)
    TrainingShare.objects.create(training=training, campus=other, accepted_at=NOW)
    profiles = {each.pk: each for each in load_profiles(is_demo=False, at=NOW, on=TODAY)}
    for each in (campus, other):
        taught = profiles[each.pk]
        assert (taught.rncp, taught.rome) == ({"36004"}, {"K1302"})
        assert (taught.skills, taught.audiences) == ({"Domotique", "Aide à domicile"}, {Audience.EMPLOYEES})


def test_a_hundred_campuses_cost_no_more_queries_than_one(campus: Campus) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            review(campus, at=NOW, on=TODAY)
        return len(seen)

    a_notice(campus)
    few = queries()
    Campus.objects.bulk_create(
        Campus(slug=f"c-{n}", name=f"Campus {n}", region_id=campus.region_id) for n in range(120)
    )
    for other in Campus.objects.exclude(pk=campus.pk)[:3]:
        a_notice(other, kind=NoticeKind.OFFER)
        enter_project(other, terms=ProjectTerms("A", "B", audiences=(Audience.PUPILS,)), by=None)
    assert len(review(campus, at=NOW, on=TODAY).suggestions) == 3
    assert queries() == few <= 16


def test_what_the_database_forbids(campus: Campus) -> None:
    other, later = a_campus(), NOW + dt.timedelta(days=1)
    dismissal = {"campus": campus, "other": other, "reason": "x", "dismissed_at": NOW}
    Dismissal.objects.create(**dismissal)
    notice = {
        "campus": campus,
        "kind": NoticeKind.NEED,
        "topic": Topic.SKILL,
        "title": "a",
        "text": "b",
        "posted_at": NOW,
        "expires_at": later,
    }
    posted = Notice.objects.create(**notice)
    for model, fields in (
        (Dismissal, dismissal),
        (Dismissal, {**dismissal, "other": campus}),
        (Dismissal, {**dismissal, "campus": other, "other": campus, "reason": ""}),
        (Notice, {**notice, "title": ""}),
        (Notice, {**notice, "text": ""}),
        (Notice, {**notice, "kind": "rien"}),
        (Notice, {**notice, "topic": "rien"}),
        (Notice, {**notice, "expires_at": NOW}),
        (Notice, {**notice, "closed_at": NOW}),
        (NoticeAnswer, {"notice": posted, "campus": other, "text": "", "answered_at": NOW}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.create(**fields)  # type: ignore[attr-defined]
