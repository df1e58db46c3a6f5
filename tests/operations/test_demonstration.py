"""A site that is in use takes no demonstration by mistake."""

import pytest
from django.core.management import CommandError, call_command

from cmq.operations import demonstration

pytestmark = pytest.mark.django_db


def test_a_public_site_refuses_it(settings: object) -> None:
    settings.HTTPS = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo")
    assert not demonstration.is_present()
