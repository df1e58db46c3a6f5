"""Several people at the same instant: nothing is lost, nothing happens twice."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from cmq.applications.actions import submission, writing
from cmq.applications.models import ApplicationState, LabelApplication, SectionRevision
from cmq.campuses.models import CampusRole
from cmq.core.errors import Refusal
from cmq.core.feed import first_broken_position
from cmq.core.models import Change
from tests.procedure.world import a_draft, a_world, complete, in_campus

pytestmark = pytest.mark.usefixtures("committed_db")


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run each act in a thread with its own connection, all started together; results or refusals, in order."""
    results: list[object] = [None] * len(acts)
    gate = threading.Barrier(len(acts))

    def run(place: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[place] = act()
        except Refusal as refusal:
            results[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_last_signatures_hand_in_once() -> None:
    world = a_world()
    application = complete(a_draft(world), world)
    submission.send_to_signature(application, by=world.director, at=world.at)
    at_once(
        lambda: submission.sign_submission(application, by=world.recteur, at=world.at),
        lambda: submission.sign_submission(application, by=world.president, at=world.at),
    )
    application.refresh_from_db()
    assert application.state == ApplicationState.SUBMITTED
    assert application.moves.filter(to_state=ApplicationState.SUBMITTED).count() == 1
    assert application.signatures.filter(voided_at=None).count() == 2
    assert first_broken_position() is None


def test_one_signature_clicked_twice_counts_once() -> None:
    world = a_world()
    application = complete(a_draft(world), world)
    submission.send_to_signature(application, by=world.director, at=world.at)
    act = lambda: submission.sign_submission(application, by=world.recteur, at=world.at)  # noqa: E731
    results = at_once(act, act, act)
    assert sum(isinstance(each, Refusal) for each in results) == 2
    assert application.signatures.count() == 1


def test_two_files_opened_at_once_have_two_numbers_and_the_same_one_opens_once() -> None:
    world = a_world()
    kinds = [writing.ApplicationKind.FIRST] * 3
    results = at_once(
        *(
            lambda kind=kind: writing.open_application(
                world.campus, campaign=world.campaign, kind=kind, by=world.director, at=world.at
            )
            for kind in kinds
        )
    )
    assert sum(isinstance(each, LabelApplication) for each in results) == 1
    assert LabelApplication.objects.count() == 1


def test_many_saves_of_one_section_lose_nothing() -> None:
    """Twelve people save the same section from the same version: each text is merged, or given back to its author."""
    world = a_world()
    section = a_draft(world).sections.get(position=1)
    people = [in_campus(world.campus, CampusRole.CONTRIBUTOR) for _ in range(12)]
    base = "\n\n".join(f"Paragraphe {number} : à écrire." for number in range(12))
    writing.save_section(section, text=base, version=0, by=world.director, at=world.at)

    def save(number: int) -> object:
        text = base.replace(f"Paragraphe {number} : à écrire.", f"Paragraphe {number} : écrit par {number}.")
        try:
            return writing.save_section(section, text=text, version=1, by=people[number], at=world.at)
        except writing.Overtaken:
            return number

    before = Change.objects.count()
    results = at_once(*(lambda number=number: save(number) for number in range(12)))
    given_back = {each for each in results if isinstance(each, int)}
    section.refresh_from_db()
    for number in set(range(12)) - given_back:
        assert f"écrit par {number}." in section.text
    assert section.version == 1 + 12 - len(given_back)
    assert SectionRevision.objects.filter(section=section).count() == section.version + 1
    assert Change.objects.count() == before + 12 - len(given_back)
    assert first_broken_position() is None
