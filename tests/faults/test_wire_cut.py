"""The wire between a node and the database is cut, without a word: both sides give up what they waited for, nothing is
half done, and all goes on once the wire is back. The node stands in a network of its own, on this machine."""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from cmq.core.wire import ASKED, WIRE
from tools.temporary_postgres import Cluster, find_binaries

ROOT = Path(__file__).resolve().parents[2]
IP = shutil.which("ip", path="/usr/sbin:/sbin:/usr/bin")
HERE, THERE, NOBODY = "10.197.61.1", "10.197.61.2", "02:00:00:00:00:01"
# As on a site, but a test does not wait for as long.
SHORT = (
    "connect_timeout=2&keepalives_idle=1&keepalives_interval=1&keepalives_count=2&tcp_user_timeout=2000"
    "&options=-c%20tcp_keepalives_idle%3D1%20-c%20tcp_keepalives_interval%3D1%20-c%20tcp_keepalives_count%3D2"
    "%20-c%20tcp_user_timeout%3D2000"
)
NODE = """
import sys, threading
import django; django.setup()
from django.db import OperationalError, connection, transaction
def say(word): print(word, flush=True)
def waits():
    try:
        with connection.cursor() as cursor: cursor.execute("SELECT pg_sleep(600)")
    except OperationalError: say("the one that waits gave up")
def writes(number):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE thing SET number = %s", [number])
        if number == 1:
            waiting.start(); say("written"); sys.stdin.readline()
        cursor.execute("UPDATE thing SET number = number + 1")
waiting = threading.Thread(target=waits)
try: writes(1)
except OperationalError: say("the one that writes gave up")
waiting.join(); connection.close()
try: connection.ensure_connection()
except OperationalError: say("no way in")
sys.stdin.readline()
writes(10)
say("written again")
"""


def is_possible() -> bool:
    """Whether this account may make a network."""
    name = f"cmq{secrets.token_hex(3)}"
    if IP is None or os.geteuid() or find_binaries() is None:
        return False
    if subprocess.run([IP, "netns", "add", name], check=False, capture_output=True).returncode:
        return False
    subprocess.run([IP, "netns", "del", name], check=True)
    return True


pytestmark = pytest.mark.skipif(not is_possible(), reason="needs PostgreSQL’s server, iproute2, and to be root")


@dataclass
class Wire:
    """A network of one machine, `name`, and the wire that leads there."""

    name: str = field(default_factory=lambda: f"cmq{secrets.token_hex(3)}")

    def ip(self, *words: str) -> None:
        """Run one command of iproute2; CalledProcessError when it fails."""
        subprocess.run([str(IP), *words], check=True, capture_output=True)

    def lay(self) -> None:
        """Make it."""
        self.ip("netns", "add", self.name)
        self.ip("link", "add", self.name, "type", "veth", "peer", "name", "wire", "netns", self.name)
        self.ip("addr", "add", f"{HERE}/30", "dev", self.name)
        self.ip("link", "set", self.name, "up")
        self.ip("-n", self.name, "addr", "add", f"{THERE}/30", "dev", "wire")
        self.ip("-n", self.name, "link", "set", "wire", "up")

    def cut(self) -> None:
        """Nothing passes, and nobody is told: what is sent goes to machines that are not there."""
        for side, far, device in self.sides():
            self.ip(*side, "neigh", "replace", far, "lladdr", NOBODY, "dev", device, "nud", "permanent")

    def mend(self) -> None:
        """All passes again."""
        for side, far, device in self.sides():
            self.ip(*side, "neigh", "del", far, "dev", device)

    def sides(self) -> Iterator[tuple[list[str], str, str]]:
        """Of each end: how to speak to it, what it sees at the other, its device."""
        yield [], THERE, self.name
        yield ["-n", self.name], HERE, "wire"

    def take_away(self) -> None:
        """Remove it."""
        self.ip("netns", "del", self.name)


@pytest.fixture
def wire() -> Iterator[Wire]:
    made = Wire()
    made.lay()
    try:
        yield made
    finally:
        made.take_away()


@pytest.fixture
def database(wire: Wire) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="cmq-wire-"))
    # In a folder below: the one above belongs to who asks.
    folder.chmod(0o755)
    cluster = Cluster(folder / "cluster")
    cluster.make()
    with (cluster.data / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {THERE}/32 trust\n")
    cluster.start(f"listen_addresses=127.0.0.1,{HERE}")
    try:
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder)


def test_both_sides_give_up_and_go_on(wire: Wire, database: Cluster) -> None:
    with psycopg.connect(database.url, autocommit=True) as here:
        here.execute("CREATE TABLE thing (number integer); INSERT INTO thing VALUES (0)")
        address = f"{database.url.replace('127.0.0.1', HERE)}?{SHORT}"
        environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        node = subprocess.Popen(
            [str(IP), "netns", "exec", wire.name, sys.executable, "-c", NODE],
            **{"cwd": ROOT, "env": environment, "stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True},
        )
        assert node.stdin is not None and node.stdout is not None
        try:
            assert node.stdout.readline() == "written\n"
            wire.cut()
            print(file=node.stdin, flush=True)
            gave_up = {node.stdout.readline() for _ in range(2)}
            assert gave_up == {"the one that waits gave up\n", "the one that writes gave up\n"}
            assert node.stdout.readline() == "no way in\n"
            # What the vanished node had locked is free again, and as it was.
            here.execute("SET lock_timeout = '60s'")
            assert here.execute("SELECT number FROM thing FOR UPDATE").fetchone() == (0,)
            wire.mend()
            print(file=node.stdin, flush=True)
            assert node.stdout.readline() == "written again\n"
            assert here.execute("SELECT number FROM thing").fetchone() == (11,)
        finally:
            node.kill()
            node.wait()


def test_a_site_gives_up_within_half_a_minute() -> None:
    here = {name: int(value) for name, value in WIRE.items() if name != "options"}
    for of, said in (("keepalives", here), ("tcp_keepalives", ASKED)):
        waited = int(said[f"{of}_idle"]) + int(said[f"{of}_interval"]) * int(said[f"{of}_count"])
        assert waited <= 30 and int(said["tcp_user_timeout"]) <= 30_000
    assert here["connect_timeout"] <= 10
