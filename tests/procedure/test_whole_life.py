"""Random acts by random people, from the call to the register: whatever they do, what must hold holds."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cmq.applications import rules
from cmq.applications.actions import submission, writing
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.awards.actions.deciding import decide, sign
from cmq.awards.actions.publishing import publish
from cmq.awards.models import DecisionState, JointDecision
from cmq.campaigns.models import SeatHolder
from cmq.core import feed
from cmq.core.errors import Refusal
from cmq.core.models import Change
from cmq.deliberation.actions import meetings, voting
from cmq.deliberation.actions.agenda import add_item, bring_back
from cmq.deliberation.models import AgendaItem, Meeting, MeetingState, Outcome
from cmq.deliberation.tally import Tally
from cmq.expertise.actions.assigning import send_to_college
from cmq.expertise.models import Advice
from cmq.instruction import actions as instruction
from cmq.labels.models import Label, LabelDecision
from cmq.organisations.models import OrganisationRole
from tests.drawing import few
from tests.factories import a_person
from tests.procedure.world import World, a_world, complete, in_body, signers_of, some_terms

S = ApplicationState
WORLD: list[World] = []


def someone(data: Any, world: World) -> Any:
    """Anybody, rarely the right person."""
    people = [world.director, world.recteur, world.president, world.instructor, world.secretary, world.observer]
    return data.draw(st.sampled_from([*people, *world.authorities.values()]), "person")


def complete_file(world: World, kind: ApplicationKind, *, at: dt.datetime) -> None:
    """A file with all that it must hold."""
    complete(
        writing.open_application(world.campus, campaign=world.campaign, kind=kind, by=world.director, at=at), world
    )


class WholeLife(RuleBasedStateMachine):
    """One campus, its files, one of them complete, a college. Every act may be refused; nothing else may go wrong."""

    def __init__(self) -> None:
        super().__init__()
        self.world = WORLD[0]
        self.hour = 0
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.start = feed.position()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @property
    def at(self) -> dt.datetime:
        """Time goes on, a quarter of an hour with each act."""
        self.hour += 1
        return self.world.at + self.hour * dt.timedelta(minutes=15)

    def files(self) -> list[LabelApplication]:
        return list(LabelApplication.objects.filter(campus=self.world.campus).order_by("pk"))

    def attempt(self, act: Callable[[], object]) -> None:
        """An act that is refused leaves nothing behind."""
        before = feed.position()
        try:
            with feed.change_set():
                act()
        except Refusal:
            assert feed.position() == before

    def pick(self, data: Any, among: list[Any]) -> Any:
        return data.draw(st.sampled_from(among), "which") if among else None

    @initialize(steps=st.integers(0, 7))
    def begin_somewhere(self, steps: int) -> None:
        """The first file, some steps on its way: random acts alone would seldom bring one before the college."""
        for _ in range(steps):
            for act in self._next(self.files()[0]):
                self.attempt(act)

    @rule(kind=st.sampled_from(ApplicationKind))
    def open_file(self, kind: ApplicationKind) -> None:
        self.attempt(lambda: complete_file(self.world, kind, at=self.at))

    @rule(data=st.data(), text=st.text(max_size=20), version=st.integers(0, 3))
    def write(self, data: Any, text: str, version: int) -> None:
        application = self.pick(data, self.files())
        if application:
            section = application.sections.all()[0]
            person = someone(data, self.world)
            self.attempt(lambda: writing.save_section(section, text=text, version=version, by=person, at=self.at))

    @rule(data=st.data(), right_person=st.booleans())
    def conduct(self, data: Any, right_person: bool) -> None:
        application = self.pick(data, self.files())
        if not application:
            return
        world = self.world
        by = world.director if right_person else someone(data, world)
        acts: list[Callable[[], object]] = [
            lambda: submission.send_to_signature(application, by=by, at=self.at),
            lambda: submission.sign_submission(application, by=world.recteur, at=self.at),
            lambda: submission.sign_submission(application, by=world.president, at=self.at),
            lambda: submission.recall(application, reason="Non.", by=by, at=self.at),
            lambda: instruction.answer_correction(application, answer="Fait.", by=by, at=self.at),
        ]
        self.attempt(data.draw(st.sampled_from(acts), "act"))

    @rule(data=st.data())
    def go_on(self, data: Any) -> None:
        """The next step by whoever may take it: without it few files would get far."""
        application = self.pick(data, [each for each in self.files() if not each.is_over])
        if application:
            for act in self._next(application):
                self.attempt(act)

    def _next(self, application: LabelApplication) -> list[Callable[[], object]]:
        world, secretary = self.world, self.world.secretary
        by_state: dict[str, list[Callable[[], object]]] = {
            S.DRAFT: [lambda: submission.send_to_signature(application, by=world.director, at=self.at)],
            S.SIGNING: [
                lambda: submission.sign_submission(application, by=world.recteur, at=self.at),
                lambda: submission.sign_submission(application, by=world.president, at=self.at),
            ],
            S.SUBMITTED: [lambda: instruction.rule_admissible(application, by=secretary, at=self.at)],
            S.ADMISSIBLE: [lambda: self._examined(application)],
            S.EXPERTISE: [lambda: send_to_college(application, reason="Essai.", by=secretary, at=self.at)],
            S.CORRECTION: [
                lambda: instruction.answer_correction(application, answer="Fait.", by=world.director, at=self.at)
            ],
            S.COLLEGE: [lambda: self._voted(application)],
            S.DECIDED: [lambda: self._signed(application)],
            S.DEFERRED: [lambda: bring_back(application, reason="Essai.", by=secretary, at=self.at)],
        }
        return by_state.get(application.state, [])

    @feed.action
    def _examined(self, application: LabelApplication) -> None:
        from cmq.applications.actions.moves import move

        for state in (S.EXPERTISE, S.COLLEGE):
            move(application, state, by=None, at=self.at)

    def _voted(self, application: LabelApplication) -> None:
        world = self.world
        for meeting in Meeting.objects.filter(state=MeetingState.OPEN):
            meetings.close_meeting(meeting, by=world.secretary, at=self.at)
        meeting = meetings.prepare_meeting(world.campaign, title="Séance", held_at=self.at, by=world.secretary)
        item = add_item(meeting, application, by=world.secretary)
        meeting = meetings.open_meeting(meeting, by=world.secretary, at=self.at)
        for holder in SeatHolder.objects.filter(seat__authority__college=world.campaign.college).order_by("pk"):
            meetings.attend(meeting, holder, by=world.secretary, at=self.at)
            voting.take_position(item, advice=Advice.AWARD, by=holder.person, at=self.at)
        voting.conclude(item, by=world.secretary, at=self.at)
        item.refresh_from_db()
        decide(item, some_terms(application, starts_on=self.at.date()), by=world.secretary, at=self.at)

    def _signed(self, application: LabelApplication) -> None:
        decision = JointDecision.objects.get(item__application=application, state=DecisionState.SIGNING)
        for signature, person in signers_of(decision):
            if signature.signed_at is None:
                sign(signature, by=person, at=self.at)

    @rule(data=st.data(), admissible=st.booleans())
    def instruct(self, data: Any, admissible: bool) -> None:
        application = self.pick(data, self.files())
        if not application:
            return
        by = someone(data, self.world)
        due = (self.at + dt.timedelta(days=20)).date()
        if admissible:
            sections = list(application.sections.all()[:1])
            self.attempt(
                lambda: instruction.ask_correction(
                    application, sections=sections, comment="Revoyez.", due_on=due, by=by, at=self.at
                )
            )
        else:
            self.attempt(
                lambda: instruction.rule_inadmissible(application, reasons=["autre"], comment="Non.", by=by, at=self.at)
            )

    @rule(data=st.data(), seats=st.integers(0, 4))
    def meet(self, data: Any, seats: int) -> None:
        """A meeting with as many people as come: too few for a quorum, sometimes."""
        world = self.world
        tabled = [each for each in self.files() if each.state == S.COLLEGE]

        def act() -> None:
            meeting = meetings.prepare_meeting(world.campaign, title="Séance", held_at=self.at, by=world.secretary)
            for application in tabled:
                add_item(meeting, application, by=world.secretary)
            meeting = meetings.open_meeting(meeting, by=world.secretary, at=self.at)
            holders = SeatHolder.objects.filter(seat__authority__college=world.campaign.college).order_by("pk")
            for holder in holders[:seats]:
                meetings.attend(meeting, holder, by=world.secretary, at=self.at)

        self.attempt(act)

    @rule(data=st.data(), advice=st.sampled_from(Advice), conclude=st.booleans())
    def vote(self, data: Any, advice: Advice, conclude: bool) -> None:
        item = self.pick(data, list(AgendaItem.objects.filter(meeting__state=MeetingState.OPEN).order_by("pk")))
        if not item:
            return
        years = 2 if advice is Advice.SHORTER else None
        for person in self.world.authorities.values():
            self.attempt(
                lambda person=person: voting.take_position(
                    item, advice=advice, years=years, reasons="Motif.", by=person, at=self.at
                )
            )
        if conclude:
            self.attempt(lambda: voting.conclude(item, by=self.world.secretary, at=self.at))

    @rule(data=st.data(), years=st.integers(0, 6))
    def decide_item(self, data: Any, years: int) -> None:
        item = self.pick(data, list(AgendaItem.objects.select_related("application__filiere").order_by("pk")))
        if item:
            item.refresh_from_db()
            terms = some_terms(item.application, duration_years=years, starts_on=self.at.date())
            by = data.draw(st.sampled_from([self.world.secretary, someone(data, self.world)]), "by")
            self.attempt(lambda: decide(item, terms, by=by, at=self.at))

    @rule(data=st.data(), everyone=st.booleans())
    def sign_decision(self, data: Any, everyone: bool) -> None:
        decision = self.pick(data, list(JointDecision.objects.order_by("pk")))
        if not decision:
            return
        for signature in decision.signatures.select_related("authority"):
            holder = SeatHolder.objects.filter(seat__authority=signature.authority_id).order_by("pk")[0].person
            by = holder if everyone else someone(data, self.world)
            self.attempt(lambda signature=signature, by=by: sign(signature, by=by, at=self.at))

    @rule(data=st.data())
    def publish_decision(self, data: Any) -> None:
        decision = self.pick(data, list(JointDecision.objects.order_by("pk")))
        if decision:
            self.attempt(lambda: publish(decision, by=self.world.secretary, at=self.at))

    @rule(data=st.data())
    def close_meeting(self, data: Any) -> None:
        meeting = Meeting.objects.filter(state=MeetingState.OPEN).first()
        if meeting:
            by = someone(data, self.world)
            self.attempt(lambda: meetings.close_meeting(meeting, by=by, at=self.at))

    @invariant()
    def what_must_hold_of_files_holds(self) -> None:
        """Of the files as they are in the database, read once for all that is looked at."""
        asked = LabelApplication.objects.filter(campus=self.world.campus).select_related("campus", "filiere")
        files = list(asked.prefetch_related("moves", "signatures", "absorbed", "sections__revisions").order_by("pk"))
        self._states_follow_the_table_and_end_for_good(files)
        self._what_is_submitted_is_sealed(files)
        self._no_word_is_lost(files)
        self._nothing_is_awarded_without_quorum_and_every_signature(files)

    def _states_follow_the_table_and_end_for_good(self, files: list[LabelApplication]) -> None:
        for application in files:
            state = S.DRAFT
            for step, move in enumerate(application.moves.all(), 1):
                assert (move.step, move.from_state) == (step, state)
                assert move.to_state in rules.MOVES[S(move.from_state)]
                state = S(move.to_state)
            assert (application.state, application.step) == (state, len(application.moves.all()))

    def _what_is_submitted_is_sealed(self, files: list[LabelApplication]) -> None:
        for application in files:
            if application.submitted_at and application.state != S.CORRECTION:
                given = {each.side for each in application.signatures.all() if each.voided_at is None}
                assert len(given) == 2
                assert application.digest == rules.digest_of(application)

    def _no_word_is_lost(self, files: list[LabelApplication]) -> None:
        for application in files:
            for section in application.sections.all():
                last = section.revisions.all()[0]
                assert (last.version, last.text) == (section.version, section.text)

    def _nothing_is_awarded_without_quorum_and_every_signature(self, files: list[LabelApplication]) -> None:
        for decision in JointDecision.objects.prefetch_related("signatures"):
            signatures = list(decision.signatures.all())
            assert Tally.from_json(decision.tally).has_quorum
            complete = all(each.signed_at and each.digest == decision.digest for each in signatures)
            assert complete == (decision.state != DecisionState.SIGNING)
        awarded = [each for each in files if each.state == S.AWARDED]
        granted = JointDecision.objects.filter(outcome=Outcome.GRANTED, state=DecisionState.PUBLISHED)
        assert {each.pk for each in awarded} == set(granted.values_list("item__application", flat=True))

    @invariant()
    def the_register_says_what_was_published_and_labels_never_overlap(self) -> None:
        published = JointDecision.objects.filter(state=DecisionState.PUBLISHED)
        entered = LabelDecision.objects.filter(campus=self.world.campus, entry__isnull=False)
        assert set(entered.values_list("entry__decision", flat=True)) <= set(published.values_list("pk", flat=True))
        labels = list(Label.objects.filter(campus=self.world.campus).order_by("starts_from"))
        for before, after in zip(labels, labels[1:], strict=False):
            assert before.ends_by is not None and before.ends_by < after.starts_from

    @invariant()
    def the_journal_verifies(self) -> None:
        lines = list(Change.objects.after(self.start))
        assert [line.position for line in lines] == list(range(self.start + 1, self.start + 1 + len(lines)))
        assert feed.first_broken_position() is None


@pytest.mark.django_db
@pytest.mark.hypothesis
def test_whatever_people_do() -> None:
    WORLD[:] = [a_world(publishes_together=False)]
    in_body(WORLD[0].secretariat, OrganisationRole.INSTRUCTOR)
    a_person()
    # Opened once: each life starts with it.
    complete_file(WORLD[0], ApplicationKind.FIRST, at=WORLD[0].at)
    run_state_machine_as_test(
        WholeLife,
        settings=settings(
            max_examples=few(20),
            stateful_step_count=30,
            suppress_health_check=list(HealthCheck),
        ),
    )
