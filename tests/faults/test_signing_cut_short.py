"""The last signature of an award is cut at each statement that it writes: by a kill of the process, by a database that
goes away. Each time nothing at all has happened; at the end the label is awarded once."""

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import InterfaceError, OperationalError, connection

from cmq.awards.actions.deciding import sign
from cmq.awards.models import DecisionState, Signature
from cmq.core import mail
from cmq.core.errors import is_passing
from cmq.core.feed import first_broken_position
from cmq.core.models import OutgoingMail
from cmq.labels.models import Label
from tests.faults.cutting import At, end_the_session, on_a_server
from tests.procedure.world import World, a_submitted, a_world, decided, signed, signers_of

pytestmark = pytest.mark.usefixtures("committed_db")
TOUCHED = ("accounts", "applications", "awards", "campuses", "core", "deliberation", "labels", "organisations", "proof")


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All rows that an award may touch."""
    models = [model for model in apps.get_models() if model._meta.app_label in TOUCHED]
    return {model._meta.label: list(model._default_manager.order_by("pk").values_list()) for model in models}


def last_signature() -> tuple[World, Signature, Any]:
    world = a_world(publishes_together=False)
    decision = signed(decided(world, a_submitted(world)), world, but=1)
    [(signature, person)] = [each for each in signers_of(decision) if each[0].signed_at is None]
    mail.send_waiting()
    return world, signature, person


def awarded_once(world: World, signature: Signature) -> None:
    signature.refresh_from_db()
    assert signature.decision.state == DecisionState.PUBLISHED
    assert Label.objects.filter(campus=world.campus).count() == 1
    assert first_broken_position() is None
    mail.send_waiting()
    assert not OutgoingMail.objects.waiting().exists()


def in_a_process_that_dies(act: Callable[[], object], number: int) -> bool:
    """Run an act in a process that is killed at a statement; whether it was."""
    connection.close()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with connection.execute_wrapper(At(number, lambda: os.kill(os.getpid(), signal.SIGKILL))):
                act()
            status = 0
        finally:
            os._exit(status)
    _, how = os.waitpid(child, 0)
    assert os.WIFSIGNALED(how) or os.WEXITSTATUS(how) == 0
    return os.WIFSIGNALED(how)


def test_a_process_killed_at_any_statement_of_a_signature() -> None:
    world, signature, person = last_signature()
    before, kills = everything(), 0
    while in_a_process_that_dies(lambda: sign(signature, by=person, at=world.at), kills + 1):
        kills += 1
        if everything() != before:
            # Killed after the commit, while the letters that tell it were leaving.
            break
    assert kills > 10
    awarded_once(world, signature)


@on_a_server
def test_a_database_that_goes_away_at_any_statement_of_a_signature() -> None:
    world, signature, person = last_signature()
    before, cuts = everything(), 0
    # Lost after the commit, the award stands and its letters wait.
    while everything() == before:
        try:
            with connection.execute_wrapper(At(cuts + 1, end_the_session)):
                sign(signature, by=person, at=world.at)
        except (OperationalError, InterfaceError) as error:
            assert is_passing(error)
            cuts += 1
        connection.close()
    assert cuts > 10
    awarded_once(world, signature)
