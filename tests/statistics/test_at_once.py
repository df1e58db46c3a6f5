"""Two processes that sum up the territories at the same instant."""

import pytest

from cmq.statistics import actions
from cmq.statistics.models import BalanceRun
from tests.procedure.test_at_once import at_once


@pytest.mark.usefixtures("committed_db")
def test_those_who_make_the_cells_at_once_take_turns() -> None:
    assert at_once(*[actions.refresh] * 4) == [0, 0, 0, 0]
    assert BalanceRun.objects.count() == 1
