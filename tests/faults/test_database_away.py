"""The database goes away in the middle of a loading, of a sending: what was there is whole, going on is enough."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError, connection

from cmq.newsletter.actions import sending
from cmq.newsletter.models import IssueState
from cmq.official.actions import run_importer
from cmq.official.models import RunState
from cmq.official.sources.job_families import IMPORTER
from tests.faults.cutting import At, end_the_session, on_a_server
from tests.newsletter.conftest import Postman, postman  # noqa: F401
from tests.newsletter.letter_world import agreed, crowd
from tests.official.test_running import line, names, table  # noqa: F401

pytestmark = [on_a_server, pytest.mark.usefixtures("committed_db")]


def cut_at(number: int, act: Callable[[], object]) -> bool:
    """Do an act whose session ends at a statement; whether it was cut."""
    try:
        with connection.execute_wrapper(At(number, end_the_session)):
            act()
    except (OperationalError, InterfaceError):
        return True
    finally:
        connection.close()
    return False


def test_a_loading_that_is_cut_leaves_the_former_data(table: Callable[..., Path]) -> None:  # noqa: F811
    run_importer(IMPORTER, path=table(line(1)))
    before, path = names(), table(*(line(n) for n in range(40)))
    cuts = 0
    # Each time the former data, until a cut comes after they were replaced.
    while names() == before:
        cuts += cut_at(cuts + 1, lambda: run_importer(IMPORTER, path=path))
    assert cuts > 3 and len(names()) == 40
    assert run_importer(IMPORTER, path=path).state == RunState.DONE and len(names()) == 40


@pytest.mark.parametrize("number", [1, 4, 7, 12, 17])
def test_a_sending_that_is_cut_goes_on_and_writes_to_nobody_twice(postman: Postman, number: int) -> None:  # noqa: F811
    crowd(12)
    issue = agreed()
    assert cut_at(number, sending.run)
    while issue.state != IssueState.SENT:
        sending.run()
        issue.refresh_from_db()
    assert max(Counter(postman.to).values()) == 1
    assert issue.doubtful <= 1 and len(set(postman.to)) >= 12 - issue.doubtful
