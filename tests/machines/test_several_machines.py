"""A site on several machines, on this one: a primary and a replica that lags, a pooler, two web nodes, a worker, a
balancer, an object store, a collector of traces. Somebody logs in, writes, reads what they wrote, searches, is written
to; then machines are killed."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from django.utils import timezone

from tools.object_store import BUCKET, KEY_ID, REGION, SECRET, ObjectStore
from tools.smtp_sink import Sink
from tools.temporary_postgres import Cluster, find_binaries
from tools.trace_collector import Collector

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
POOLER, BALANCER = (shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") for name in ("pgbouncer", "haproxy"))
LAG = "1500ms"

pytestmark = pytest.mark.skipif(
    not (POOLER and BALANCER and find_binaries()), reason="needs PostgreSQL’s server, pgbouncer and haproxy"
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            if condition():
                return
        except (OSError, httpx.HTTPError, psycopg.Error):
            pass
        time.sleep(0.1)
    raise AssertionError(f"in vain: {what}")


class Machines:
    """Everything that runs, each part in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sink, self.store, self.collector = Sink(), ObjectStore(), Collector()
        self.primary, self.replica = Cluster(folder / "primary"), Cluster(folder / "replica")
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ports = {name: free_port() for name in ("pooler", "one", "two", "balancer")}
        self.url = f"http://127.0.0.1:{self.ports['balancer']}"

    def environment(self, machine: str) -> dict[str, str]:
        return {
            **os.environ,
            "CMQ_VAR_DIR": str(self.folder / machine),
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{self.ports['pooler']}/site",
            "CMQ_REPLICA_URL": f"postgres://postgres@127.0.0.1:{self.ports['pooler']}/copy",
            "CMQ_BEHIND_POOLER": "yes",
            "CMQ_MAIL_URL": f"smtp://127.0.0.1:{self.sink.port}",
            "CMQ_WORKS_INSIDE": "no",
            "CMQ_SITE_URL": self.url,
            "CMQ_S3_BUCKET": BUCKET,
            "CMQ_S3_ENDPOINT": self.store.endpoint,
            "CMQ_S3_REGION": REGION,
            "CMQ_S3_KEY_ID": KEY_ID,
            "CMQ_S3_SECRET": SECRET,
            "OTEL_EXPORTER_OTLP_ENDPOINT": self.collector.address,
            "OTEL_BSP_SCHEDULE_DELAY": "500",
        }

    def run(self, name: str, *command: object, machine: str = "") -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [str(part) for part in command],
                cwd=ROOT,
                env=self.environment(machine or name),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """As when a machine loses its current."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def pool(self, primary: Cluster, copy: Cluster) -> None:
        """Say where the pooler leads; it reads it again when told to."""
        path = self.folder / "pooler.ini"
        path.write_text(
            "[databases]\n"
            f"site = host=127.0.0.1 port={primary.port} user=postgres dbname=postgres\n"
            f"copy = host=127.0.0.1 port={copy.port} user=postgres dbname=postgres\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.ports['pooler']}\nunix_socket_dir =\n"
            "auth_type = any\npool_mode = transaction\nserver_login_retry = 1\nquery_wait_timeout = 2\n"
            "ignore_startup_parameters = extra_float_digits\n"
        )
        path.chmod(0o644)
        if "pooler" in self.running:
            os.killpg(self.running["pooler"].pid, signal.SIGHUP)
        else:
            as_user = ["-u", "postgres"] if os.geteuid() == 0 else []
            self.run("pooler", POOLER, *as_user, path)

    def serve(self, node: str) -> None:
        command = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", self.ports[node], "--workers", 1]
        self.run(node, BIN / "granian", *command, "--blocking-threads", 4, "--no-access-log", "cmq.wsgi:application")

    def balance(self) -> None:
        nodes = "".join(
            f"  server {name} 127.0.0.1:{self.ports[name]} check inter 300ms fall 1 rise 1\n" for name in ("one", "two")
        )
        path = self.folder / "haproxy.cfg"
        path.write_text(
            "defaults\n  mode http\n  timeout connect 2s\n  timeout client 30s\n  timeout server 30s\n"
            "  retries 3\n  option redispatch 1\n"
            f"listen site\n  bind 127.0.0.1:{self.ports['balancer']}\n  balance roundrobin\n"
            f"  option httpchk GET /readyz\n  http-check send hdr Host 127.0.0.1\n{nodes}"
        )
        self.run("balancer", BALANCER, "-f", path)

    def stop(self) -> None:
        for name in list(self.running):
            self.kill(name)
        for cluster in (self.primary, self.replica):
            try:
                cluster.stop()
            except subprocess.CalledProcessError:
                continue  # It was killed by the test.
        for each in (self.sink, self.store, self.collector):
            each.close()


@pytest.fixture
def machines() -> Iterator[Machines]:
    folder = Path(tempfile.mkdtemp(prefix="cmq-machines-"))
    folder.chmod(0o777)
    made = Machines(folder)
    try:
        made.primary.make()
        made.primary.start()
        made.pool(made.primary, made.primary)
        command = [BIN / "cmq", "setup", "--no-demo"]
        subprocess.run(command, cwd=ROOT, env=made.environment("one"), check=True, stdout=subprocess.DEVNULL)
        (folder / "two").mkdir()
        for name in ("static", "assets"):
            (folder / "two" / name).symlink_to(folder / "one" / name)
        # A slot: the primary keeps what a copy that is away has not read yet.
        made.replica.copy_of(made.primary, "-R", "-C", "-S", "copy")
        made.replica.start(f"recovery_min_apply_delay={LAG}")
        made.pool(made.primary, made.replica)
        for node in ("one", "two"):
            made.serve(node)
        made.run("worker", BIN / "cmq", "worker")
        made.balance()
        until(lambda: httpx.get(f"{made.url}/readyz", timeout=5).status_code == 200, "a node that is ready")
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Keeper:
    """Somebody at their browser."""

    def __init__(self, machines: Machines) -> None:
        self.client = httpx.Client(base_url=machines.url, timeout=30, follow_redirects=True)
        told = subprocess.run(
            [BIN / "cmq", "gardien", "gardienne@exemple.fr"],
            cwd=ROOT,
            env=machines.environment("one"),
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        path = re.search(r"/espace/invitation/[^/\s]+/", told)[0]
        password = "quatre mots pour une machine"
        self.send(path, {"name": "Gaëlle Ardant", "password": password, "repeated": password})
        terms = re.search(r'name="version" value="([^"]+)"', self.client.get("/espace/conditions/").text)[1]
        self.send("/espace/conditions/", {"version": terms})

    def send(self, path: str, fields: dict[str, str]) -> httpx.Response:
        """Open the page of a form, fill it, send it, as a browser does."""
        page = self.client.get(path)
        assert page.status_code == 200, (path, page.status_code)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        sent = self.client.post(path, data={"csrfmiddlewaretoken": token, **fields})
        assert sent.status_code == 200, (path, sent.status_code, sent.text[:2000])
        return sent

    def announce(self, title: str) -> None:
        """Write, and read it at once on whatever node and database the next page comes from."""
        shown = self.send("/espace/registre/avis/", {"title": title, "closing": "ouvert"})
        assert title in shown.text
        for _ in range(4):
            assert title in self.client.get("/espace/registre/avis/").text


def test_people_work_while_machines_fail(machines: Machines) -> None:
    keeper = Keeper(machines)
    keeper.announce("Écrit avant les pannes")
    for node in ("one", "two"):
        until(lambda node=node: _finds(machines, node), f"the search of node {node}")
    keeper.send("/compte/mot-de-passe/oublie/", {"email": "gardienne@exemple.fr"})
    until(lambda: machines.sink.taken["gardienne@exemple.fr"] >= 1, "the letter that the worker sends")
    # The worker takes the snapshots of the day: a file of its machine would be on neither node.
    for node in ("one", "two"):
        until(lambda node=node: _gives_the_snapshot(machines, node), f"the file that node {node} reads")
    until(
        lambda: {"POST registre_notices", "task rappels"} <= {span.name for span in machines.collector.spans()},
        "traces",
    )

    machines.kill("one")
    until(lambda: httpx.get(f"{machines.url}/", timeout=5).status_code == 200, "the other node")
    keeper.announce("Écrit avec un nœud de moins")

    machines.replica.stop()
    keeper.announce("Écrit sans la copie")
    until(lambda: httpx.get(f"{machines.url}/campus/", timeout=5).status_code == 200, "pages without the copy")

    machines.replica.start(f"recovery_min_apply_delay={LAG}")
    until(lambda: _has_caught_up(machines), "the copy that catches up")
    machines.primary.stop("immediate")
    machines.replica.run("pg_ctl", "-D", str(machines.replica.data), "-w", "promote")
    machines.pool(machines.replica, machines.replica)
    page = "/espace/registre/avis/"
    until(lambda: keeper.client.get(page).status_code == 200, "the promoted copy")
    for title in ("Écrit avant les pannes", "Écrit avec un nœud de moins", "Écrit sans la copie"):
        until(lambda title=title: title in keeper.client.get(page).text, title)
    keeper.announce("Écrit sur la copie promue")


def _finds(machines: Machines, node: str) -> bool:
    page = httpx.get(f"http://127.0.0.1:{machines.ports[node]}/recherche/?q=autonomie&type=campus", timeout=20)
    return page.status_code == 200 and "Autonomie" in page.text and "sans fautes pardonnées" not in page.text


def _gives_the_snapshot(machines: Machines, node: str) -> bool:
    day = timezone.localdate()
    page = httpx.get(f"http://127.0.0.1:{machines.ports[node]}/donnees/campus/instantanes/{day}.ndjson", timeout=20)
    return bool(machines.store.objects) and page.status_code == 200 and "Autonomie" in page.text


def _has_caught_up(machines: Machines) -> bool:
    with (
        psycopg.connect(machines.primary.url, autocommit=True) as primary,
        psycopg.connect(machines.replica.url, autocommit=True) as copy,
    ):
        written = primary.execute("SELECT max(position) FROM core_feedhead").fetchone()
        return bool(copy.execute("SELECT max(position) FROM core_feedhead").fetchone() == written)
