"""A PostgreSQL cluster in a temporary folder, for tests: started on a free port, stopped and removed at the end."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USER = "postgres"
FAST_AND_FORGETFUL = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c jit=off -c max_connections=60"


def find_binaries() -> Path | None:
    """The folder of `initdb` and `pg_ctl`, newest version first; None when there is no server on this machine."""
    on_path = shutil.which("pg_ctl")
    if on_path:
        return Path(on_path).resolve().parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Cluster:
    """A cluster in a folder: made, started, stopped, killed, copied. `url` is its address (DATABASE_URL)."""

    def __init__(self, folder: Path) -> None:
        binaries = find_binaries()
        if binaries is None:
            raise RuntimeError("PostgreSQL's server binaries are missing")
        self.binaries, self.folder, self.data, self.port = binaries, folder, folder / "data", _free_port()
        self.url = f"postgres://{USER}@127.0.0.1:{self.port}/postgres"
        # PostgreSQL refuses to run as root.
        self.owner = _unprivileged_user() if os.geteuid() == 0 else None
        folder.mkdir(parents=True, exist_ok=True)
        if self.owner:
            os.chown(folder, self.owner.pw_uid, self.owner.pw_gid)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as the owner of the cluster; CalledProcessError when it fails."""
        ids = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}
        command = [str(self.binaries / program), *arguments]
        environment = {"LC_ALL": "C.UTF-8", "PATH": os.environ.get("PATH", "")}
        subprocess.run(command, check=True, cwd=self.folder, stdout=subprocess.DEVNULL, env=environment, **ids)

    def make(self) -> None:
        """Make an empty cluster."""
        self.run("initdb", "-D", str(self.data), "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync")

    def copy_of(self, other: "Cluster", *arguments: str) -> None:
        """Make it a copy of a running cluster; with `-R` it will follow it."""
        self.run("pg_basebackup", "-d", other.url, "-D", str(self.data), "-c", "fast", "--no-sync", *arguments)

    def start(self, *options: str) -> None:
        """Start the server, with more options (`name=value`) than the usual ones."""
        more = " ".join(f"-c '{option}'" for option in options)
        usual = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 {FAST_AND_FORGETFUL} {more}"
        self.run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", usual, "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: `fast`, or `immediate` as if the machine had failed."""
        self.run("pg_ctl", "-D", str(self.data), "-w", "-m", mode, "stop")


@contextmanager
def temporary_postgres() -> Iterator[str]:
    """The address (DATABASE_URL) of an empty cluster that lives as long as the `with` block."""
    folder = Path(tempfile.mkdtemp(prefix="cmq-pg-"))
    try:
        # In a folder below: the one above belongs to who asks.
        folder.chmod(0o755)
        cluster = Cluster(folder / "cluster")
        cluster.make()
        cluster.start()
        try:
            yield cluster.url
        finally:
            cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("no unprivileged user to run PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
