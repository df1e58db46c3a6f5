"""The secrets that a site makes for itself: made, joined to those that a file holds, brought from where they were.

One rule for all: nothing that is there is replaced, nothing that is brought is lost. No setting is needed for it.
"""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from joserfc.jwk import OKPKey

from cmq.core import env_files
from cmq.core.errors import Refusal, require
from cmq.core.secret import FALLBACKS, KEY, SETTINGS, SIGNING_KEYS, given
from cmq.proof import private

ROOT = Path(__file__).resolve().parents[2]


def fresh() -> dict[str, str]:
    """A key for a site and one that signs, both new."""
    return {KEY: secrets.token_urlsafe(64), SIGNING_KEYS: private.written([private.make()])}


def complete(path: Path, brought: Path | None = None) -> list[str]:
    """Give a file of environment variables what it lacks, and what a site of before kept in files of its own.

    Args:
        brought: another such file, whose secrets are joined to these: what `cmq restore` has left.
    Returns the names of what was written. Raises `Refusal`; then nothing is changed.
    """
    folders: list[Path] = []

    def wanted(said: dict[str, str]) -> dict[str, str]:
        folders.append(_folder(said))
        here = {**said, **given()}
        told: dict[str, str] = {}
        for others in (former(folders[0]), _brought(brought)):
            key = others.get(KEY, "")
            is_listable = "," not in key or key == here.get(KEY, key)
            require(is_listable, "Une clé d’avant porte une virgule : mettez-la vous-même dans CMQ_SECRET_KEY.")
            told |= joined({**here, **told}, others)
        for name in told:
            is_elsewhere = os.environ.get(name) and os.environ[name] != said.get(name)
            require(not is_elsewhere, f"{name} vient de l’environnement, qui l’emporte : complétez-la à sa source.")
        return told | {name: value for name, value in fresh().items() if not {**here, **told}.get(name)}

    names = changed(path, wanted)
    _remove_former(folders[0])
    return names


def changed(path: Path, wanted: env_files.Wanted) -> list[str]:
    """As `env_files.change`; what the machine refuses is a `Refusal`."""
    try:
        return env_files.change(path, wanted)
    except OSError as error:
        raise Refusal(f"« {path} » ne s’écrit pas : {error.strerror}.") from error


def joined(here: Mapping[str, str], brought: Mapping[str, str]) -> dict[str, str]:
    """What to write so that nothing brought is lost: another key of a site is a former one, keys that sign add up."""
    told = {name: value for name, value in brought.items() if value and not here.get(name)}
    key = here.get(KEY) or brought.get(KEY, "")
    listed = [*_listed(here.get(FALLBACKS)), brought.get(KEY, ""), *_listed(brought.get(FALLBACKS))]
    fallbacks = ",".join(dict.fromkeys(each for each in listed if each not in ("", key)))
    if fallbacks != here.get(FALLBACKS, ""):
        told[FALLBACKS] = fallbacks
    keys, others = private.read(here.get(SIGNING_KEYS, "")), private.read(brought.get(SIGNING_KEYS, ""))
    if not others.keys() <= keys.keys():
        told[SIGNING_KEYS] = private.written({**others, **keys}.values())
    return told


def former(folder: Path) -> dict[str, str]:
    """What earlier versions made in files of a folder: CMQ_VAR_DIR, or that of a backup."""
    found = {}
    if (folder / "secret-key").is_file():
        found[KEY] = (folder / "secret-key").read_text().strip()
    keys: dict[str, OKPKey] = {}
    for path in sorted((folder / "cles").glob("*.json")):
        keys |= private.read(path.read_text(), where=f"« {path} »")
    return found | ({SIGNING_KEYS: private.written(keys.values())} if keys else {})


def lacking(kept: Mapping[str, str]) -> dict[str, str]:
    """Those secrets of a site that this environment does not have, or has otherwise."""
    here = given()
    adding_up = (KEY, FALLBACKS, SIGNING_KEYS)
    return {
        name: value
        for name, value in kept.items()
        if (joined(here, {name: value}) if name in adding_up else here.get(name) != value)
    }


def _brought(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    found = {name: value for name, value in env_files.read(path).items() if name in SETTINGS}
    require(found, f"« {path} » ne contient aucun secret de ce site.")
    return found


def _listed(text: str | None) -> list[str]:
    return (text or "").split(",")


def _folder(said: Mapping[str, str]) -> Path:
    return Path(os.environ.get("CMQ_VAR_DIR") or said.get("CMQ_VAR_DIR") or ROOT / "var")


def _remove_former(folder: Path) -> None:
    for path in (folder / "secret-key", *(folder / "cles").glob("*.json")):
        path.unlink(missing_ok=True)
    if (folder / "cles").is_dir() and not any((folder / "cles").iterdir()):
        (folder / "cles").rmdir()
