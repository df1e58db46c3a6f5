"""The signing key of a site on one machine."""

import secrets
from pathlib import Path


def local_secret_key(folder: Path) -> str:
    """The key kept in `folder`/secret-key, made on first use and readable by its owner only."""
    path = folder / "secret-key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
        return path.read_text().strip()
