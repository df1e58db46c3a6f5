"""Keys that sign: made, published, changed, retired, and what is believed of each."""

import datetime as dt
import json
import stat
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from dotenv import dotenv_values
from joserfc.jwk import OKPKey

from cmq.core import feed
from cmq.core.errors import Refusal
from cmq.proof import credential, keys, private
from cmq.proof.actions import publish_key, retire_key
from cmq.proof.checking import check
from cmq.proof.models import SigningKey
from tests.proof.making import NOW, TODAY, an_award
from tests.proof.strangers import as_files, part, refused, stranger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key")]


def asked_for(capsys: pytest.CaptureFixture[str]) -> str:
    """Make a key; what the command asks to put in CMQ_SIGNING_KEYS, as a file of the environment is read."""
    capsys.readouterr()
    call_command("cles", "nouvelle")
    (line,) = (each for each in capsys.readouterr().out.splitlines() if each.startswith("CMQ_SIGNING_KEYS="))
    return dotenv_values(stream=StringIO(line))["CMQ_SIGNING_KEYS"]


def test_a_rotated_key_signs_what_follows_and_the_old_one_is_still_believed(
    settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    award = an_award()
    old = credential.issue(award, at=NOW)
    retired = SigningKey.objects.get()
    settings.SIGNING_KEYS = asked_for(capsys)
    # The command publishes at the clock's instant, whatever day the test tells of.
    SigningKey.objects.update(published_at=NOW)
    retire_key(retired, at=NOW + dt.timedelta(days=1))
    new = credential.issue(award, at=NOW)
    assert part(old, 0)["kid"] != part(new, 0)["kid"]
    for token in (old, new):
        assert check(token, on=TODAY).revoked == ""
        assert stranger(as_files(token, award))
    late = credential.issue(award, at=NOW)
    assert part(late, 0)["kid"] == part(new, 0)["kid"]


def test_what_is_signed_after_a_retirement_is_refused() -> None:
    token = credential.issue(an_award(), at=NOW)
    retire_key(SigningKey.objects.get(), at=max(NOW, SigningKey.objects.get().published_at))
    SigningKey.objects.update(published_at=NOW - dt.timedelta(days=9), retired_at=NOW - dt.timedelta(days=1))
    assert "après le retrait" in refused(token)


def test_a_compromised_key_is_believed_no_more(settings: object, capsys: pytest.CaptureFixture[str]) -> None:
    award = an_award()
    token = credential.issue(award, at=NOW)
    key = SigningKey.objects.get()
    settings.SIGNING_KEYS = asked_for(capsys)
    retire_key(key, at=key.published_at + dt.timedelta(days=400), is_compromised=True)
    assert "compromise" in refused(token)
    with pytest.raises(KeyError):
        stranger(as_files(token, award))


def test_a_site_without_a_key_says_so(settings: object) -> None:
    settings.SIGNING_KEYS = ""
    with pytest.raises(Refusal, match="pas encore de clé"):
        credential.issue(an_award(), at=NOW)


def test_a_new_key_is_published_at_once_and_signs_when_the_environment_has_it(
    settings: object, capsys: pytest.CaptureFixture[str]
) -> None:
    first = SigningKey.objects.get()
    told = asked_for(capsys)
    second = SigningKey.objects.exclude(pk=first.pk).get()
    assert keys.current()[0] == first and {each["kid"] for each in keys.key_set()["keys"]} >= {keys.key_id(second)}
    settings.SIGNING_KEYS = told
    assert keys.current()[0] == second and set(keys.private_keys()) == {first.thumbprint, second.thumbprint}


def test_private_keys_are_readable_by_their_owner_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command writes into the file that it is told, beside what stands there, and shows no private part."""
    path = tmp_path / "environment"
    path.write_text(f"# la nôtre\nCMQ_SIGNING_KEYS='{private.written(keys.private_keys().values())}'\nAUTRE=1\n")
    path.chmod(0o644)
    first = SigningKey.objects.get()
    call_command("cles", "nouvelle", "--dans", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    second = SigningKey.objects.exclude(pk=first.pk).get()
    held = private.read(dotenv_values(path)["CMQ_SIGNING_KEYS"])
    assert set(held) == {first.thumbprint, second.thumbprint}
    said = capsys.readouterr().out
    assert "relancez" in said and not [key for key in held.values() if str(key.as_dict(private=True)["d"]) in said]
    call_command("cles", "retirer", first.thumbprint, "--dans", str(path))
    assert set(private.read(dotenv_values(path)["CMQ_SIGNING_KEYS"])) == {second.thumbprint}
    assert path.read_text().startswith("# la nôtre\n") and dotenv_values(path)["AUTRE"] == "1"
    with pytest.raises(CommandError, match="ne s’écrit pas"):
        call_command("cles", "nouvelle", "--dans", str(tmp_path / "absent" / "environment"))
    assert SigningKey.objects.count() == 2
    assert not [field.name for field in SigningKey._meta.fields if "private" in field.name]


def test_several_machines_share_keys_by_the_environment(settings: object) -> None:
    key = OKPKey.generate_key("Ed25519")
    for text in (json.dumps(key.as_dict(private=True)), json.dumps([key.as_dict(private=True)])):
        settings.SIGNING_KEYS = text
        call_command("cles", "publier", stdout=StringIO())
        assert keys.current()[1].thumbprint() == key.thumbprint()
    assert SigningKey.objects.count() == 2


@pytest.mark.parametrize("text", ["rien", "[1]", "{}", '{"kty":"OKP","crv":"Ed25519","x":"AA"}', '{"kty":"RSA"}'])
def test_an_unreadable_key_is_told_in_french(settings: object, text: str) -> None:
    settings.SIGNING_KEYS = text
    with pytest.raises(CommandError, match="[Cc]lé"):
        call_command("cles")


def test_a_public_key_is_no_private_one(settings: object) -> None:
    settings.SIGNING_KEYS = json.dumps(OKPKey.generate_key("Ed25519").as_dict(private=False))
    with pytest.raises(CommandError, match="clé privée"):
        call_command("cles")


def test_no_thumbprint_is_read_as_an_option_of_the_command() -> None:
    """One in sixty-four would begin with a hyphen."""
    assert not [key for key in (private.make() for _ in range(600)) if key.thumbprint().startswith("-")]


def test_the_command_lists_makes_and_retires(settings: object, capsys: pytest.CaptureFixture[str]) -> None:
    first = SigningKey.objects.get()
    call_command("cles")
    assert f"{first.thumbprint}  en service" in capsys.readouterr().out
    settings.SIGNING_KEYS = asked_for(capsys)
    call_command("cles", "retirer", first.thumbprint[:12])
    said = capsys.readouterr().out
    assert f"{first.thumbprint}  retirée" in said and "toujours publiée" in said
    assert f"Ôtez de CMQ_SIGNING_KEYS, sur chaque machine, la clé dont le « kid » est {first.thumbprint}." in said
    with pytest.raises(CommandError, match="déjà retirée"):
        call_command("cles", "retirer", first.thumbprint)
    call_command("cles", "retirer", first.thumbprint, "--compromise")
    assert "compromise le" in capsys.readouterr().out
    with pytest.raises(CommandError, match="déjà déclarée compromise"):
        call_command("cles", "retirer", first.thumbprint, "--compromise")
    for beginning, message in (("zzz", "Aucune"), ("", "Plusieurs")):
        with pytest.raises(CommandError, match=message):
            call_command("cles", "retirer", beginning)
    second = SigningKey.objects.signing().get()
    call_command("cles", "retirer", second.thumbprint)
    assert "Aucune clé ne peut signer ici" in capsys.readouterr().out


def test_keys_are_part_of_the_journal() -> None:
    before = feed.position()
    key = publish_key(OKPKey.generate_key("Ed25519"), at=NOW)
    assert feed.position() == before + 1
    retire_key(key, at=NOW)
    assert feed.position() == before + 2
    assert publish_key(OKPKey.import_key(key.jwk), at=NOW) == key
    assert feed.position() == before + 2
