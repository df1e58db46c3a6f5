"""Files of environment variables: whole, their owner's alone, read alike by all that read them, never shortened."""

import shlex
import shutil
import stat
import string
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from cmq.core import env_files

KEYS = '[{"kid":"a-b_c","kty":"OKP","crv":"Ed25519","x":"AA","d":"BB"}]'


@given(
    st.dictionaries(st.text(string.ascii_uppercase, min_size=1), st.text(string.printable.strip() + " éà’", min_size=1))
)
def test_what_is_written_is_read(told: dict[str, str]) -> None:
    text = "".join(env_files.line(*each) for each in told.items())
    assert env_files._said(text) == told and env_files._said(env_files._rewritten("# à nous\n" + text, told)) == told


def test_only_what_is_asked_changes(tmp_path: Path) -> None:
    path = tmp_path / "environment"
    before = "# Le site\nexport CMQ_HOSTS='a.fr,b.fr'  # deux noms\n\nCMQ_SECRET_KEY=\nCMQ_MAIL_URL=\"smtp://a:b@c\""
    path.write_text(before)
    path.chmod(0o644)
    assert env_files.change(path, lambda said: {"CMQ_SECRET_KEY": "une-clé", "CMQ_HOSTS": said["CMQ_HOSTS"]}) == [
        "CMQ_SECRET_KEY"
    ]
    assert path.read_text() == before.replace("CMQ_SECRET_KEY=\n", "") + "\nCMQ_SECRET_KEY='une-clé'\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and [each.name for each in tmp_path.iterdir()] == ["environment"]
    path.chmod(0o644)
    assert env_files.change(path, lambda said: {}) == [] and stat.S_IMODE(path.stat().st_mode) == 0o600


def test_cut_short_the_file_is_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "environment"
    path.write_text("A=1\n")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError):
        env_files.change(path, lambda said: {"B": "2"})
    assert path.read_text() == "A=1\n" and [each.name for each in tmp_path.iterdir()] == ["environment"]


def test_of_many_at_once_each_finds_what_the_former_wrote(tmp_path: Path) -> None:
    path = tmp_path / "environment"

    def one(number: int) -> None:
        env_files.change(path, lambda said: {f"N{number}": "1", "FIRST": said.get("FIRST") or str(number)})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(40)))
    said = env_files.read(path)
    assert len(said) == 41 and said["FIRST"] in map(str, range(40))


def test_a_link_is_followed_and_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A=1\n")
    (tmp_path / "link").symlink_to("real")
    env_files.change(tmp_path / "link", lambda said: {"B": "2"})
    assert (tmp_path / "link").is_symlink() and env_files.read(tmp_path / "real") == {"A": "1", "B": "2"}


@pytest.mark.skipif(not shutil.which("sh"), reason="no shell here")
def test_a_shell_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "environment"
    env_files.change(path, lambda said: {"CMQ_SIGNING_KEYS": KEYS, "CMQ_SECRET_KEY": "aZ-_9"})
    told = f'. {shlex.quote(str(path))}; printf "%s\\n%s" "$CMQ_SIGNING_KEYS" "$CMQ_SECRET_KEY"'
    done = subprocess.run(["sh", "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout == f"{KEYS}\naZ-_9" and dotenv_values(path)["CMQ_SIGNING_KEYS"] == KEYS
