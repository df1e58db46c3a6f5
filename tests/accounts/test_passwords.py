"""What passwords are refused, and that nobody learns from the work done who has an account."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cmq.accounts.actions import open_account
from cmq.accounts.models import User
from cmq.accounts.passwords import SITE_WORDS, BreachedValidator, GuessableValidator

PASSWORD = "mot de passe de test"
COMMON = ["motdepasse1234", "azertyuiop123", "password12345", "123456789012", "iloveyou1234", "aaaaaaaaaaaa"]


# Hard to guess for whoever does not know what site this is.
OF_THE_SITE = ["registrecampus1", "metiersqualifications", "cmqexcellence2026!", "LyceeCampus2027!"]


@pytest.mark.parametrize(
    "password", [*COMMON, *OF_THE_SITE, "marseille1993", "claudemartin1", "claude.martin@exemple.fr"]
)
def test_what_is_guessed_fast_is_refused(password: str) -> None:
    person = User(email="claude.martin@exemple.fr", name="Claude Martin")
    with pytest.raises(ValidationError):
        validate_password(password, person)


@pytest.mark.parametrize(
    "password", [PASSWORD, "Gironde-Nuit-Tambour", "ééé trois girafes lentes", "huit chats sous l’armoire bleue " * 20]
)
def test_what_is_hard_to_guess_is_taken(password: str) -> None:
    validate_password(password, User(email="claude@exemple.fr", name="Claude"))


def test_the_words_of_the_site_are_those_of_the_guide() -> None:
    guide = (Path(__file__).resolve().parents[2] / "docs" / "guide" / "connexion.md").read_text()
    named = set(guide.partition("essaierait ici :")[2].partition(".")[0].replace("\n", " ").strip().split(", "))
    plain = str.maketrans("éèê", "eee")
    assert named <= set(SITE_WORDS) and {each.translate(plain) for each in SITE_WORDS} <= {
        each.translate(plain) for each in named
    }


def _stolen(folder: Path, passwords: list[str], *, end: str = "\r\n") -> BreachedValidator:
    lines = sorted(f"{hashlib.sha1(each.encode()).hexdigest().upper()}:{len(each)}" for each in passwords)
    path = folder / "volés.txt"
    path.write_bytes(end.join([*lines, ""]).encode())
    return BreachedValidator(str(path))


@given(st.lists(st.text(min_size=1, max_size=20), max_size=40, unique=True), st.text(min_size=1, max_size=20))
def test_a_stolen_password_is_found_wherever_it_stands(
    tmp_path_factory: pytest.TempPathFactory, stolen: list[str], other: str
) -> None:
    check = _stolen(tmp_path_factory.getbasetemp(), stolen)
    for password in stolen:
        with pytest.raises(ValidationError, match="volé sur un autre site"):
            check.validate(password)
    if other not in stolen:
        check.validate(other)


def test_a_file_that_is_named_and_missing_is_no_silent_yes(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        BreachedValidator(str(tmp_path / "absent.txt")).validate(PASSWORD)
    BreachedValidator("").validate(PASSWORD)


def test_a_very_long_password_costs_no_more() -> None:
    with pytest.raises(ValidationError):
        GuessableValidator().validate("a" * 100_000)


@pytest.fixture
def hashed(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each computation of a password's digest, the work that a clock could tell apart."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    open_account(email="claude@exemple.fr", name="Claude", password=PASSWORD)
    closed = open_account(email="ferme@exemple.fr", name="Fermé", password=PASSWORD)
    User.objects.filter(pk=closed.pk).update(is_active=False)
    agent = open_account(email="agent@exemple.fr", name="Agent", password=PASSWORD)
    agent.set_unusable_password()
    agent.save()
    done: list[str] = []
    encode = MD5PasswordHasher.encode
    monkeypatch.setattr(
        MD5PasswordHasher, "encode", lambda self, password, salt: done.append(password) or encode(self, password, salt)
    )
    return done


def test_a_refused_log_in_costs_the_same_for_everyone(hashed: list[str]) -> None:
    costs, answers = {}, set()
    for who in ("claude", "inconnu", "ferme", "agent"):
        hashed.clear()
        sent = {"login": f"{who}@exemple.fr", "password": "pas le bon mot"}
        page = Client().post(reverse("account_login"), sent)
        costs[who] = len(hashed)
        answers.add((page.status_code, str(page.context["form"].errors)))
    assert len(set(costs.values())) == 1, costs
    assert len(answers) == 1


def test_asking_for_a_new_password_costs_the_same_for_everyone(hashed: list[str]) -> None:
    costs = set()
    for who in ("claude", "inconnu", "ferme", "agent"):
        hashed.clear()
        answer = Client().post(reverse("account_reset_password"), {"email": f"{who}@exemple.fr"})
        costs.add((answer.status_code, answer["Location"], len(hashed)))
    assert len(costs) == 1
