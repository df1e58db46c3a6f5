"""The demonstration comes and goes without touching the register."""

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from cmq.campaigns.texts import load_texts
from cmq.careers.actions import load_occupations
from cmq.core.models import Change, FeedHead, OutgoingMail
from cmq.editorial.actions.rubrics import load_rubrics
from cmq.evidence.actions import load_indicators
from cmq.offers.models import JobOffer
from cmq.operations import demonstration
from cmq.statistics.actions import load_jobs
from cmq.statistics.models import BalanceRun
from tests.factories import a_campus, a_keeper

pytestmark = pytest.mark.django_db
# What only remembers, and when the statistics were last counted.
MEMORY = {Change, FeedHead, OutgoingMail, BalanceRun}


@pytest.fixture(autouse=True)
def _own_folder(settings: object, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path


def everything() -> dict[str, list[dict[str, object]]]:
    """Every row of every table of ours, but for what only remembers."""
    return {
        model._meta.label: list(model.objects.order_by("pk").values())
        for model in apps.get_models()
        if model.__module__.startswith(("cmq.", "allauth."))
        and model not in MEMORY
        and model._meta.app_label != "reference"
    }


def test_removed_it_leaves_the_register_as_it_was() -> None:
    a_campus("Campus réel")
    load_occupations()
    load_texts()
    load_indicators()
    load_rubrics()
    load_jobs()
    a_keeper()
    before = everything()
    assert demonstration.build()
    assert everything() != before
    states = JobOffer.objects.filter(is_demo=True).values_list("state", flat=True)
    assert len(states) == 40 and set(states) == {"ouverte", "a_verifier", "fermee"}
    assert not demonstration.build()
    assert demonstration.remove()
    assert everything() == before
    for kind in ("tour-registration:", "employer:", "alert:"):
        assert not OutgoingMail.objects.filter(key__startswith=kind).exists()
    assert not demonstration.remove()


def test_a_public_site_refuses_it(settings: object) -> None:
    settings.HTTPS = True
    with pytest.raises(CommandError, match="production"):
        call_command("demo")
    assert not demonstration.is_present()


def test_commands_say_what_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("demo")
    call_command("addresses")
    call_command("demo", remove=True)
    output = capsys.readouterr().out
    assert "Démonstration construite." in output
    assert demonstration.ACCOUNTS[0].email in output
    assert "Démonstration retirée." in output
