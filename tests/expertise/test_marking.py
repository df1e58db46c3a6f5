"""What an expert may do with a file: mark, hand in, give back; blind first, open afterwards; nothing once recused."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.db import connection

from cmq.accounts.models import User
from cmq.applications.models import ApplicationState, LabelApplication
from cmq.campaigns.actions import copy_specification
from cmq.campaigns.models import Campaign, Side
from cmq.campuses.models import Category
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change
from cmq.expertise import rules
from cmq.expertise.actions.assigning import send_to_college
from cmq.expertise.actions.experts import recuse
from cmq.expertise.actions.marking import (
    abstain,
    digest_of,
    hand_in,
    write_advice,
    write_mark,
    write_requirement_mark,
)
from cmq.expertise.models import EXPERT_STATES, Advice, Assignment, AssignmentState
from tests.expertise.desk import NOW, TODAY, a_campaign, a_file, a_secretary, an_expert, given, handed_in, marked
from tests.factories import a_keeper, a_person


@pytest.fixture
def campaign(db: None) -> Campaign:
    return a_campaign()


@pytest.fixture
def secretary(db: None) -> User:
    return a_secretary()


@pytest.fixture
def file(campaign: Campaign) -> LabelApplication:
    return a_file(campaign)


@pytest.fixture
def mine(file: LabelApplication, secretary: User) -> Assignment:
    return given(file, an_expert(), by=secretary)[0]


def refused(sentence: str) -> Any:
    return pytest.raises(Refusal, match=sentence)


def test_a_mark_is_a_level_or_an_abstention_with_its_reason(mine: Assignment) -> None:
    specification, person = mine.application.campaign.specification, mine.expert.person
    first, second = specification.criteria.all()[:2]
    level = specification.levels.get(rank=2)
    write_mark(mine, first, level=level, reason=" Bien étayé. ", by=person)
    write_mark(mine, second, level=None, reason="Hors de mon domaine.", by=person)
    assert [(mark.level, mark.reason) for mark in mine.marks.all()] == [
        (level, "Bien étayé."),
        (None, "Hors de mon domaine."),
    ]
    write_mark(mine, first, level=None, reason="J’ai changé d’avis.", by=person)
    assert mine.marks.count() == 2
    assert str(mine.marks.all()[0]).endswith("abstention")
    for reason in ("", "  ", "x" * 10_001):
        with refused("motif"):
            write_mark(mine, first, level=level, reason=reason, by=person)


def test_a_mark_belongs_to_the_campaigns_grid(mine: Assignment, secretary: User) -> None:
    other = copy_specification(mine.application.campaign.specification, version="autre", by=None)
    person, own = mine.expert.person, mine.application.campaign.specification
    with refused("pas celui de cette campagne"):
        write_mark(mine, other.criteria.all()[0], level=None, reason="x", by=person)
    with refused("pas de cette grille"):
        write_mark(mine, own.criteria.all()[0], level=other.levels.all()[0], reason="x", by=person)
    with refused("ne demande pas l’excellence"):
        write_requirement_mark(mine, own.requirements.all()[0], is_met=True, reason="x", by=person)


def test_excellence_is_marked_apart(campaign: Campaign, secretary: User) -> None:
    (mine,) = given(a_file(campaign, category=Category.EXCELLENCE), an_expert(), by=secretary)
    person, specification = mine.expert.person, campaign.specification
    for criterion in specification.criteria.all():
        write_mark(mine, criterion, level=None, reason="x", by=person)
    with refused("exigence 1, exigence 2, exigence 3, exigence 4, exigence 5"):
        hand_in(mine, advice=Advice.REFUSE, comment="Non.", by=person, at=NOW)
    for requirement, is_met in zip(specification.requirements.all(), (True, False, None, True, True), strict=True):
        write_requirement_mark(mine, requirement, is_met=is_met, reason="x", by=person)
    assert [str(mark)[-10:] for mark in mine.requirement_marks.all()][2] == "abstention"
    other = copy_specification(specification, version="autre", by=None)
    with refused("pas celle de cette campagne"):
        write_requirement_mark(mine, other.requirements.all()[0], is_met=True, reason="x", by=person)
    assert hand_in(mine, advice=Advice.REFUSE, comment="Non.", by=person, at=NOW).state == AssignmentState.HANDED_IN


def test_an_expertise_is_handed_in_whole_and_once(mine: Assignment) -> None:
    person = mine.expert.person
    with refused("critère 1, critère 2"):
        hand_in(mine, advice=Advice.AWARD, comment="Oui.", by=person, at=NOW)
    marked(mine)
    for advice, comment, sentence in (
        ("", "Oui.", "ce que vous proposez"),
        ("autre", "Oui.", "ce que vous proposez"),
        (Advice.AWARD, " ", "Écrivez votre synthèse"),
        (Advice.AWARD, "x" * 10_001, "10 000 caractères"),
    ):
        with refused(sentence):
            hand_in(mine, advice=advice, comment=comment, by=person, at=NOW)
    hand_in(mine, advice=Advice.SHORTER, comment=" Oui. ", by=person, at=NOW)
    mine.refresh_from_db()
    assert (mine.state, mine.advice, mine.comment, mine.handed_in_at) == ("rendue", "plus_court", "Oui.", NOW)
    assert Change.objects.get(act="expertise.hand_in").diff == {"digest": ["", digest_of(mine)]}
    criterion = mine.application.campaign.specification.criteria.all()[0]
    for again in (
        lambda: hand_in(mine, advice=Advice.AWARD, comment="Non.", by=person, at=NOW),
        lambda: write_mark(mine, criterion, level=None, reason="x", by=person),
        lambda: write_advice(mine, advice="", comment="x", by=person),
        lambda: abstain(mine, reason="x", by=person),
    ):
        with refused("déjà rendu"):
            again()


def test_the_advice_is_kept_as_a_draft(mine: Assignment) -> None:
    person = mine.expert.person
    write_advice(mine, advice="", comment=" Première idée ", by=person)
    mine.refresh_from_db()
    assert (mine.advice, mine.comment) == ("", "Première idée")
    with refused("Choisissez une proposition"):
        write_advice(mine, advice="autre", comment="", by=person)
    with refused("10 000"):
        write_advice(mine, advice="", comment="x" * 10_001, by=person)


def test_a_late_expertise_is_still_taken(mine: Assignment) -> None:
    assert not mine.is_late(mine.due_on)
    assert mine.is_late(mine.due_on + dt.timedelta(days=1))
    marked(mine)
    later = NOW + dt.timedelta(days=60)
    assert hand_in(mine, advice=Advice.AWARD, comment="x", by=mine.expert.person, at=later).handed_in_at == later
    assert not mine.application.assignments.get().is_late(mine.due_on + dt.timedelta(days=1))


def test_an_expert_gives_a_file_back(mine: Assignment) -> None:
    marked(mine)
    with refused("Dites pourquoi"):
        abstain(mine, reason=" ", by=mine.expert.person)
    with refused("300"):
        abstain(mine, reason="x" * 301, by=mine.expert.person)
    abstain(mine, reason="Pas mon métier.", by=mine.expert.person)
    mine.refresh_from_db()
    assert (mine.state, mine.reason) == (AssignmentState.ABSTAINED, "Pas mon métier.")


def test_nothing_is_marked_once_the_file_has_gone_on(mine: Assignment, secretary: User) -> None:
    marked(mine)
    LabelApplication.objects.update(state=ApplicationState.COLLEGE)
    with refused("n’est plus en expertise"):
        hand_in(mine, advice=Advice.AWARD, comment="x", by=mine.expert.person, at=NOW)


def test_marks_are_blind_until_handed_in(file: LabelApplication, secretary: User) -> None:
    one, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    a, b = one.expert.person, other.expert.person

    def seen() -> tuple[bool, bool, bool, bool]:
        pairs = ((a, one), (a, other), (b, one), (b, other))
        return tuple(rules.can_read_marks(person, assignment) for person, assignment in pairs)

    assert seen() == (True, False, False, True)
    handed_in(one)
    assert seen() == (True, False, False, True), "who has handed in sees no draft, who has not sees nothing"
    handed_in(other)
    assert seen() == (True, True, True, True)
    assert all(rules.can_read_marks(secretary, each) for each in (one, other))
    assert not any(rules.can_read_marks(person, one) for person in (a_person(), a_keeper()))


def test_who_abstains_sees_nothing_of_the_others(file: LabelApplication, secretary: User) -> None:
    one, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(one)
    abstain(other, reason="x", by=other.expert.person)
    assert not rules.can_read_marks(other.expert.person, one)


@pytest.mark.parametrize("state", list(ApplicationState))
def test_a_file_is_open_to_its_experts_from_the_expertise_on(mine: Assignment, state: ApplicationState) -> None:
    LabelApplication.objects.update(state=state)
    person, file = mine.expert.person, mine.application
    is_open = state in EXPERT_STATES
    assert rules.can_read_as_expert(person, file) is is_open
    assert rules.can_mark(person, mine) is is_open
    assert rules.can_read_marks(person, mine) is is_open
    assert rules.readable_assignments(person).exists() is is_open


def test_without_the_role_nothing_is_left(mine: Assignment) -> None:
    person = mine.expert.person
    assert rules.can_read_as_expert(person, mine.application)
    person.organisationmemberships.update(ends_on=TODAY)
    assert not rules.can_read_as_expert(person, mine.application)
    assert not rules.can_declare(person, mine.expert)


def every_answer(person: User, mine: Assignment) -> list[str]:
    """What each act and question answers to somebody."""
    specification = mine.application.campaign.specification
    criterion, requirement = specification.criteria.all()[0], specification.requirements.all()[0]
    acts = (
        lambda: write_mark(mine, criterion, level=None, reason="", by=person),
        lambda: write_requirement_mark(mine, requirement, is_met=None, reason="", by=person),
        lambda: write_advice(mine, advice="autre", comment="", by=person),
        lambda: hand_in(mine, advice="", comment="", by=person),
        lambda: abstain(mine, reason="", by=person),
        lambda: recuse(mine, reason="", by=person),
    )
    said = []
    for act in acts:
        with pytest.raises(NotAllowed) as refusal:
            act()
        said.append(str(refusal.value))
    questions = (rules.can_read_as_expert(person, mine.application), rules.can_mark(person, mine))
    return [*said, str(questions), str(rules.can_read_marks(person, mine)), str(rules.readable_assignments(person))]


@pytest.mark.parametrize("state", [ApplicationState.EXPERTISE, ApplicationState.COLLEGE, ApplicationState.AWARDED])
def test_a_recused_expert_an_unassigned_one_and_a_stranger_hear_the_same(
    file: LabelApplication, secretary: User, state: ApplicationState
) -> None:
    recused, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(recused), handed_in(other)
    recuse(recused, reason="Lien.", by=secretary)
    LabelApplication.objects.filter(pk=file.pk).update(state=state)
    people = (recused.expert.person, an_expert().person, a_person())
    before = Change.objects.count()
    heard = [every_answer(person, other) for person in people]
    assert heard[0] == heard[1] == heard[2]
    assert every_answer(recused.expert.person, recused) == heard[0]
    assert Change.objects.count() == before


def two_at_once(one: Any, other: Any) -> list[str]:
    together, outcomes = threading.Barrier(2), []

    def run(act: Any) -> None:
        together.wait()
        try:
            act()
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_handing_in_and_being_recused_at_once_ends_recused_or_refused(committed_db: None) -> None:
    secretary = a_secretary()
    (mine,) = given(a_file(a_campaign()), an_expert(), by=secretary)
    marked(mine)
    person = mine.expert.person
    outcomes = two_at_once(
        lambda: hand_in(mine, advice=Advice.AWARD, comment="x", by=person, at=NOW),
        lambda: recuse(Assignment.objects.get(pk=mine.pk), reason="Lien.", by=secretary),
    )
    mine.refresh_from_db()
    assert mine.state == AssignmentState.RECUSED
    assert "done" in outcomes


def test_handing_in_twice_at_once_hands_in_once(committed_db: None) -> None:
    (mine,) = given(a_file(a_campaign()), an_expert(), by=a_secretary())
    marked(mine)
    person = mine.expert.person

    def act() -> None:
        hand_in(Assignment.objects.get(pk=mine.pk), advice=Advice.AWARD, comment="x", by=person, at=NOW)

    outcomes = two_at_once(act, act)
    assert outcomes[1] == "done"
    assert "déjà rendu" in outcomes[0]
    assert Change.objects.filter(act="expertise.hand_in").count() == 1


def test_a_file_does_not_leave_for_the_college_while_an_expertise_is_handed_in(committed_db: None) -> None:
    secretary = a_secretary()
    file = a_file(a_campaign())
    one, other = given(file, an_expert(), an_expert(Side.STATE), by=secretary)
    handed_in(one)
    marked(other)
    person = other.expert.person
    outcomes = two_at_once(
        lambda: hand_in(Assignment.objects.get(pk=other.pk), advice=Advice.AWARD, comment="x", by=person, at=NOW),
        lambda: send_to_college(LabelApplication.objects.get(pk=file.pk), by=secretary, at=NOW),
    )
    other.refresh_from_db()
    file.refresh_from_db()
    assert other.state == AssignmentState.HANDED_IN
    assert (outcomes == ["done", "done"]) == (file.state == ApplicationState.COLLEGE)
