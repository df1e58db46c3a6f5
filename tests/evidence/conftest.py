"""The shipped indicators."""

import pytest

from cmq.evidence.actions import load_indicators


@pytest.fixture(autouse=True)
def _indicators(db: None) -> None:
    load_indicators()
