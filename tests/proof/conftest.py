"""A site whose key, that of the tests, is published."""

import pytest
from django.utils import timezone

from cmq.proof.actions import publish_keys

SITE = "https://registre.example"


@pytest.fixture(autouse=True)
def _issuer(settings: object, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path
    settings.SITE_URL = SITE


@pytest.fixture
def key(db: None) -> None:
    """The first key of the site."""
    publish_keys(at=timezone.now())
