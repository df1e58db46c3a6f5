"""The whole reference, as the session's database holds it."""

import pytest

from cmq.reference.actions import load_reference


@pytest.fixture
def full_reference(db: None) -> None:
    """Every table of the reference, loaded (once a session; here it costs a look at the digests)."""
    load_reference()
