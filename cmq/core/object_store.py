"""Files kept in an object store that speaks S3, for a site on several machines (`docs/decisions/0076-object-store.md`).

Nothing but this module knows the store: rooms use Django’s storage, and files go out through our own pages, which know
who may read them.
"""

import datetime as dt
import io
import logging
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import Storage
from django.utils.deconstruct import deconstructible

from cmq.core.errors import Refusal

log = logging.getLogger(__name__)
# What is as large is sent in parts; the rest in one stroke, which refuses to replace another file.
IN_PARTS_FROM = 32 * 1024 * 1024
PIECE = 1024 * 1024
# Files of one listing, and of one removal.
PAGE = 500


class FilesUnavailable(Refusal):
    """The store does not answer, or not as it must; nothing was written."""

    def __init__(self) -> None:
        super().__init__("Le dépôt des fichiers ne répond pas. Rien n’a été changé : réessayez dans quelques minutes.")


@dataclass(frozen=True)
class Listed:
    """A file as a listing tells it."""

    name: str
    written_at: dt.datetime


@deconstructible
class ObjectStorage(Storage):
    """Django’s storage over one bucket.

    Args:
        bucket, endpoint, region, key_id, secret: of the store; the bucket exists.
        seconds: how long one answer may take, and how long it is asked for again.
    Every method raises `FilesUnavailable` when the store does not answer.
    """

    def __init__(self, *, bucket: str, endpoint: str, region: str, key_id: str, secret: str, seconds: float) -> None:
        self.bucket, self.endpoint, self.region = bucket, endpoint, region
        self.key_id, self.secret, self.seconds = key_id, secret, seconds

    @cached_property
    def _store(self) -> Any:
        try:
            from obstore.store import S3Store
        except ModuleNotFoundError as error:
            raise ImproperlyConfigured("CMQ_S3_BUCKET demande ce que liste requirements/machines.txt.") from error
        wait = dt.timedelta(seconds=self.seconds)
        return S3Store(
            self.bucket,
            endpoint=self.endpoint,
            region=self.region,
            access_key_id=self.key_id,
            secret_access_key=self.secret,
            client_options={
                "timeout": wait,
                "connect_timeout": min(wait, dt.timedelta(seconds=3)),
                "allow_http": self.endpoint.startswith("http://"),
            },
            retry_config={
                "max_retries": 3,
                "retry_timeout": wait,
                "backoff": {
                    "init_backoff": dt.timedelta(milliseconds=100),
                    "max_backoff": dt.timedelta(seconds=1),
                    "base": 2,
                },
            },
        )

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("an object is written once, whole")
        with _answered(name):
            return File(io.BufferedReader(_Raw(name, self._store), PIECE), name)

    def _save(self, name: str, content: "File[bytes]") -> str:
        import obstore
        from obstore.exceptions import AlreadyExistsError

        content.seek(0)
        try:
            with _answered(name):
                if content.size >= IN_PARTS_FROM:
                    obstore.put(self._store, name, content, use_multipart=True)
                else:
                    obstore.put(self._store, name, content.read(), mode="create", use_multipart=False)
        except AlreadyExistsError:
            # Another took the name since it was found free.
            return self._save(self.get_alternative_name(*_parted(name)), content)
        return name

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return self._head(name) is not None

    def size(self, name: str) -> int:
        """In bytes. Raises FileNotFoundError."""
        return int(self._known(name)["size"])

    def get_modified_time(self, name: str) -> dt.datetime:
        """When it was written. Raises FileNotFoundError."""
        found: dt.datetime = self._known(name)["last_modified"]
        return found

    def delete(self, name: str) -> None:
        """Remove it; what the store keeps for not answering is logged, for the row that named it is already gone."""
        import obstore

        try:
            with _answered(name):
                obstore.delete(self._store, name)
        except FileNotFoundError:
            pass
        except FilesUnavailable:
            log.error("left in the store: %s", name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """The names of the folders and of the files in a folder; both empty for one that is not there."""
        import obstore

        prefix = path.strip("/") + "/" if path.strip("/") else ""
        with _answered(prefix):
            found = obstore.list_with_delimiter(self._store, prefix or None)
        folders = [each.strip("/").rpartition("/")[2] for each in found["common_prefixes"]]
        return sorted(folders), sorted(each["path"].rpartition("/")[2] for each in found["objects"])

    def pages(self, folder: str) -> Iterator[list[Listed]]:
        """All files under a folder, `PAGE` at a time; S3 gives them in the order of their names."""
        import obstore

        with _answered(folder):
            for page in obstore.list(self._store, prefix=folder, chunk_size=PAGE):
                yield [Listed(each["path"], each["last_modified"]) for each in page]

    def remove(self, names: Sequence[str]) -> None:
        """Remove files; those that are not there are no fault. Unlike `delete`, says when the store does not answer."""
        import obstore

        with _answered(names[0] if names else ""):
            obstore.delete(self._store, list(names))

    def problem(self) -> str:
        """What is wrong with the store, in French; empty when it answers in two seconds. Nothing is written."""
        quick = ObjectStorage(
            bucket=self.bucket,
            endpoint=self.endpoint,
            region=self.region,
            key_id=self.key_id,
            secret=self.secret,
            seconds=min(self.seconds, 2.0),
        )
        try:
            quick.exists("cmq-doctor/none")
        except FilesUnavailable as error:
            return str(error)
        return ""

    def proof(self) -> str:
        """What is wrong when a file is written, read back and removed, in French; empty when nothing is."""
        try:
            is_same = self._prove()
            why = "" if is_same else "ce qui est lu n’est pas ce qui a été écrit"
        except (Refusal, LookupError) as error:
            why = str(error.__cause__ or error).partition("\n")[0]
        return why and (
            f"Dépôt des fichiers ({self.endpoint}, {self.bucket}) : ni écrit ni relu ({why}). "
            "Vérifiez CMQ_S3_ENDPOINT, CMQ_S3_REGION, les clés et le nom du dépôt."
        )

    def _prove(self) -> bool:
        import obstore

        name, content = f"cmq-doctor/{secrets.token_hex(8)}", secrets.token_bytes(32)
        with _answered(name):
            obstore.put(self._store, name, content, use_multipart=False)
            read = bytes(obstore.get(self._store, name).bytes())
            obstore.delete(self._store, name)
        return read == content

    def _head(self, name: str) -> Any:
        import obstore

        try:
            with _answered(name):
                return obstore.head(self._store, name)
        except FileNotFoundError:
            return None

    def _known(self, name: str) -> Any:
        found = self._head(name)
        if found is None:
            raise FileNotFoundError(name)
        return found


class _Raw(io.RawIOBase):
    """An object read by ranges, each asked for again when the connection breaks."""

    def __init__(self, name: str, store: Any) -> None:
        import obstore

        self._name = name
        self._reader = obstore.open_reader(store, name, buffer_size=PIECE)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, into: Any) -> int:
        """Fill a buffer; how many bytes there were."""
        with _answered(self._name):
            read = self._reader.read(len(into))
        into[: len(read)] = memoryview(read)
        return len(read)

    def seek(self, to: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place in the object."""
        return int(self._reader.seek(to, whence))

    def tell(self) -> int:
        """The place."""
        return int(self._reader.tell())


@contextmanager
def _answered(name: str) -> Iterator[None]:
    """What the store refuses or does not answer is said in one way; what is not there, or already, is an answer."""
    from obstore.exceptions import AlreadyExistsError, BaseError

    try:
        yield
    except (AlreadyExistsError, FileNotFoundError):
        raise
    except (BaseError, OSError) as error:
        # What the store says names the object and the bucket, never a key.
        log.error("the object store fails at %s: %s", name, str(error).partition("\n")[0])
        raise FilesUnavailable from error


def _parted(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, f".{ending}") if dot else (name, "")
