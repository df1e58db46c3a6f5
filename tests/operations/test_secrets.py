"""Secrets come from the environment only: made once, joined without loss, refused when weak, shown nowhere."""

import json
import os
import re
import secrets
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as site
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.views.debug import ExceptionReporter, get_default_exception_reporter_filter

from cmq.core import env_files, secret
from cmq.operations import own_secrets
from cmq.proof import private

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An environment without any secret, and a folder for a site; the file to write."""
    for name in secret.SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CMQ_VAR_DIR", str(tmp_path / "var"))
    (tmp_path / "var").mkdir()
    return tmp_path / ".env"


def cmq(*command: str, **environment: str) -> SimpleNamespace:
    """The command in a process that has nothing but this environment."""
    own = {"PATH": os.environ["PATH"], "CMQ_ENV_FILE": "", **environment}
    done = subprocess.run(
        [sys.executable, "-m", "cmq.cli", *command], cwd=ROOT, env=own, capture_output=True, text=True, check=False
    )
    return SimpleNamespace(code=done.returncode, out=done.stdout, error=done.stderr.strip())


def test_the_command_needs_nothing_and_the_site_starts_with_what_it_gives(tmp_path: Path) -> None:
    told = cmq("secrets", DJANGO_SETTINGS_MODULE="n.existe.pas")
    assert told.code == 0, told.error
    said = env_files._said(told.out)
    assert list(said) == ["CMQ_SECRET_KEY", "CMQ_SIGNING_KEYS"] and not secret.problem(said["CMQ_SECRET_KEY"])
    assert len(private.read(said["CMQ_SIGNING_KEYS"])) == 1
    (tmp_path / ".env").write_text(told.out)
    # The file completes the environment itself, which is what the doctor and backups look at.
    assert (
        "fichier de réglages" not in cmq("doctor", CMQ_ENV_FILE=str(tmp_path / ".env"), CMQ_VAR_DIR=str(tmp_path)).out
    )
    shown = cmq("diffsettings", CMQ_ENV_FILE=str(tmp_path / ".env"), CMQ_VAR_DIR=str(tmp_path))
    assert shown.code == 0 and "START_PROBLEM = ''" in shown.out, shown.error
    assert not [value for value in said.values() if value in shown.out]


@pytest.mark.parametrize(
    "key",
    ["", "court", "ab" * 40, "django-insecure-" + secrets.token_urlsafe(40)],
    ids=["none", "short", "same", "example"],
)
def test_without_a_good_key_nothing_starts_and_nothing_is_made(tmp_path: Path, key: str) -> None:
    done = cmq("courrier", CMQ_SECRET_KEY=key, CMQ_VAR_DIR=str(tmp_path))
    assert done.code == 1 and not done.out and not list(tmp_path.iterdir())
    assert done.error == secret.problem(key) and "« cmq secrets" in done.error and (not key or key not in done.error)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CMQ_MAIL_URL", "smtp://nous:motduc#ourrier@exemple.fr:25"),
        ("DATABASE_URL", "postgres://cmq:motduc#ourrier@exemple.fr/cmq"),
        ("CMQ_CACHE_URL", "redis://:motduc#ourrier@exemple.fr:6379/0"),
    ],
)
def test_an_address_that_cannot_be_read_is_named_and_not_quoted(tmp_path: Path, name: str, value: str) -> None:
    for key in (own_secrets.fresh()["CMQ_SECRET_KEY"], ""):
        done = cmq("check", **{name: value, "CMQ_SECRET_KEY": key, "CMQ_VAR_DIR": str(tmp_path)})
        assert done.code == 1 and name in done.error and "motduc" not in done.error and "Traceback" not in done.error


def test_the_web_server_does_not_start_either(tmp_path: Path) -> None:
    own = {"PATH": os.environ["PATH"], "CMQ_ENV_FILE": "", "CMQ_VAR_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", "import cmq.wsgi"], env=own, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.strip() == secret.problem("")


def test_a_file_of_the_checkout_changes_nothing_of_the_tests() -> None:
    assert site.ENV_FILE == "" and os.environ["CMQ_SECRET_KEY"] == site.SECRET_KEY and not site.START_PROBLEM


def test_only_what_is_missing_is_written(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone.write_text("CMQ_SECRET_KEY=la-nôtre\n")
    alone.chmod(0o644)
    call_command("secrets", "--dans", str(alone))
    first = env_files.read(alone)
    assert first["CMQ_SECRET_KEY"] == "la-nôtre" and len(private.read(first["CMQ_SIGNING_KEYS"])) == 1
    said = capsys.readouterr().out
    assert said == f"Secrets écrits dans {alone} : CMQ_SIGNING_KEYS.\n"
    assert stat.S_IMODE(alone.stat().st_mode) == 0o600
    call_command("secrets", "--dans", str(alone))
    assert env_files.read(alone) == first and capsys.readouterr().out == ""


def test_what_the_environment_has_is_not_made_again(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in own_secrets.fresh().items():
        monkeypatch.setenv(name, value)
    assert own_secrets.complete(alone) == [] and not alone.exists()


def test_of_two_at_once_the_second_finds_the_keys_of_the_first(alone: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        written = list(pool.map(lambda _: own_secrets.complete(alone), range(6)))
    assert sorted(map(len, written)) == [0, 0, 0, 0, 0, 2]


def a_former_site(folder: Path) -> tuple[str, list[str]]:
    """The files that earlier versions made: a key of the site, two that sign."""
    key, signing = secrets.token_urlsafe(64), [private.make(), private.make()]
    (folder / "secret-key").write_text(key)
    (folder / "cles").mkdir()
    for each in signing:
        (folder / "cles" / f"{each.thumbprint()}.json").write_text(json.dumps(each.as_dict(private=True)))
    return key, sorted(each.thumbprint() for each in signing)


def test_the_files_of_a_former_site_are_taken_over(alone: Path) -> None:
    key, signing = a_former_site(alone.parent / "var")
    own_secrets.complete(alone)
    said = env_files.read(alone)
    assert said["CMQ_SECRET_KEY"] == key and "CMQ_SECRET_KEY_FALLBACKS" not in said
    assert sorted(private.read(said["CMQ_SIGNING_KEYS"])) == signing
    assert not list((alone.parent / "var").iterdir())
    assert own_secrets.complete(alone) == []


def test_taken_over_where_other_keys_are_none_is_lost(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_secrets.complete(alone)
    before = env_files.read(alone)
    key, signing = a_former_site(alone.parent / "var")
    call_command("secrets", "--dans", str(alone))
    said = env_files.read(alone)
    assert (said["CMQ_SECRET_KEY"], said["CMQ_SECRET_KEY_FALLBACKS"]) == (before["CMQ_SECRET_KEY"], key)
    assert set(private.read(said["CMQ_SIGNING_KEYS"])) == {*signing, *private.read(before["CMQ_SIGNING_KEYS"])}
    assert "reste acceptée" in capsys.readouterr().out and not list((alone.parent / "var").iterdir())


def test_what_cannot_be_taken_over_stays_where_it_is(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_former_site(alone.parent / "var")
    held = sorted((alone.parent / "var").rglob("*"))
    # What the environment says wins over the file: written there, the keys would be lost.
    monkeypatch.setenv("CMQ_SIGNING_KEYS", private.written([private.make()]))
    with pytest.raises(CommandError, match="CMQ_SIGNING_KEYS vient de l’environnement"):
        call_command("secrets", "--dans", str(alone))
    monkeypatch.delenv("CMQ_SIGNING_KEYS")
    (alone.parent / "var" / "cles" / "abîmée.json").write_text("{")
    with pytest.raises(CommandError, match="abîmée"):
        call_command("secrets", "--dans", str(alone))
    with pytest.raises(CommandError, match="ne s’écrit pas"):
        call_command("secrets", "--dans", str(alone.parent / "absent" / ".env"))
    with pytest.raises(CommandError, match="--dans FICHIER"):
        call_command("secrets", "--reprendre", str(alone))
    assert not alone.exists() and sorted((alone.parent / "var").rglob("*")) == sorted(
        [*held, alone.parent / "var" / "cles" / "abîmée.json"]
    )


def test_the_settings_tell_each_secret() -> None:
    """Each variable that the guide marks as a secret is one, and no other; none is named like one without being."""
    rows = re.findall(r"^\| `(\w+)` \|.*$", (ROOT / "docs" / "settings.md").read_text(), flags=re.M)
    marked = re.findall(r"^\| `(\w+)` \|.*\*\*secret\*\*", (ROOT / "docs" / "settings.md").read_text(), flags=re.M)
    assert sorted(marked) == sorted(secret.SETTINGS)
    named = {name for name in rows if re.search(r"SECRET|TOKEN(?!_URL)|PASSWORD(?!S)|_KEYS?$|_KEY_", name)}
    public = {"CMQ_API_PER_MINUTE_WITH_TOKEN", "CMQ_S3_KEY_ID"}
    assert named - public <= set(secret.SETTINGS)


PLANTED = {
    "CMQ_SECRET_KEY": "cle-du-site-" + secrets.token_urlsafe(48),
    "CMQ_SECRET_KEY_FALLBACKS": "cle-d-avant-" + secrets.token_urlsafe(48),
    "DATABASE_URL": "postgres://cmq:motdelabase@127.0.0.1:9/cmq",
    "CMQ_REPLICA_URL": "postgres://cmq:motdelacopie@127.0.0.1:9/cmq",
    "CMQ_CACHE_URL": "redis://nous:motducache@127.0.0.1:9/0",
    "CMQ_MAIL_URL": "smtp://nous:motducourrier@127.0.0.1:9",
    "CMQ_S3_SECRET": "motdudepot",
    "CMQ_PROCONNECT_CLIENT_SECRET": "motdeproconnect",
    "CMQ_LETTER_WEBHOOK_SECRET": "motdesretours",
    "CMQ_METRICS_TOKEN": "motdesmesures",
    "CMQ_TSA_URL": "https://nous:motdelhorodateur@127.0.0.1:9/",
    "CMQ_OUTGOING_PROXY": "http://nous:motdumandataire@127.0.0.1:9",
    "CMQ_FRANCE_TRAVAIL_SECRET": "motdefrancetravail",
    "CMQ_BONNE_ALTERNANCE_KEY": "motdelalternance",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=motdestraces",
}
WORDS = [
    *(PLANTED[name] for name in (secret.KEY, secret.FALLBACKS)),
    *(re.search(r"mot\w+", value)[0] for value in PLANTED.values() if "mot" in value),
]


def test_no_command_shows_a_secret(tmp_path: Path) -> None:
    """`doctor` with everything down, `diffsettings` and `check`: what they write is searched for each value."""
    key = private.make()
    planted = {**PLANTED, "CMQ_SIGNING_KEYS": private.written([key])}
    assert set(planted) == set(secret.SETTINGS) and len(WORDS) == len(PLANTED)
    bucket = {"CMQ_S3_BUCKET": "b", "CMQ_S3_ENDPOINT": "http://127.0.0.1:9", "CMQ_S3_KEY_ID": "k"}
    for command in (["doctor"], ["diffsettings"], ["diffsettings", "--output", "unified"], ["check"]):
        done = cmq(*command, **planted, **bucket, CMQ_VAR_DIR=str(tmp_path), CMQ_LOG_LEVEL="DEBUG")
        said = done.out + done.error
        assert said and not [word for word in (*WORDS, str(key.as_dict(private=True)["d"])) if word in said], command


def test_the_page_of_a_failure_shows_none(settings: object) -> None:
    """Django's own, which nobody but a developer sees."""
    settings.OUTGOING_PROXY, settings.TSA_URL = PLANTED["CMQ_OUTGOING_PROXY"], PLANTED["CMQ_TSA_URL"]
    settings.EMAIL_HOST_PASSWORD, settings.METRICS_TOKEN = "motducourrier", "motdesmesures"
    settings.CACHES = {"autre": {"OPTIONS": {"PASSWORD": "motdelabase"}}, **settings.CACHES}
    request = RequestFactory().get("/", **{name: value for name, value in PLANTED.items() if name.startswith("CMQ_")})
    try:
        raise ValueError("panne")
    except ValueError:
        reporter = ExceptionReporter(request, *sys.exc_info())
    page = reporter.get_traceback_html() + reporter.get_traceback_text()
    shown = json.dumps(get_default_exception_reporter_filter().get_safe_settings(), default=str)
    assert "OUTGOING_PROXY" in page and "http://********************@127.0.0.1:9" in shown
    # The frame of this test holds the planted values themselves.
    told = {"motducourrier", "motdesmesures", "motdelabase", "motdumandataire", "motdelhorodateur", site.SECRET_KEY}
    assert not [word for word in told if word in shown]
    meta = json.dumps(
        {k: str(v) for k, v in get_default_exception_reporter_filter().get_safe_request_meta(request).items()}
    )
    assert "CMQ_MAIL_URL" in meta and not [word for word in WORDS if word in meta]
