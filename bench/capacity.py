"""What a request costs, by kind, and how many machines follow: `python -m bench.capacity` (`docs/trust/capacity.json`).

Processor time of the server is counted, not the clock: neighbours on this machine do not change it much. The site is
this installation's (CMQ_VAR_DIR). How many people come in spring, and for what, nobody has measured: `SPRING` is a
supposition, to be changed when there are figures.
"""

import datetime as dt
import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.request import Request, urlopen

os.environ |= {"DJANGO_SETTINGS_MODULE": "cmq.settings", "CMQ_API_PER_MINUTE": "1000000000"}

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

import cmq  # noqa: E402
from bench.measuring import row  # noqa: E402
from bench.serving import serving, workers_of  # noqa: E402
from cmq.accounts.models import User  # noqa: E402
from cmq.campuses.models import Campus  # noqa: E402

RESULT = Path(__file__).resolve().parent.parent / "docs" / "trust" / "capacity.json"
SECONDS = int(os.environ.get("CMQ_BENCH_SECONDS", "5"))
TICKS = os.sysconf("SC_CLK_TCK")
# Of its processors, what a node is let to use at the peak.
FULL = 0.6


@dataclass(frozen=True)
class Kind:
    """A kind of request: its share of what families ask in spring, and of it what a shared cache answers."""

    name: str
    path: str
    share: float
    shared: float
    headers: tuple[str, ...] = ()


@dataclass
class Cost:
    """What one request of a kind costs the server: milliseconds of a processor, bytes sent."""

    name: str
    milliseconds: float
    bytes: int
    share: float
    shared: float


def main() -> None:
    """Measure each kind, then count machines."""
    with serving("cmq.wsgi:application", workers=1) as (url, _):
        costs = [cost(kind, url) for kind in kinds(url)]
    plans = [plan(costs, *each) for each in ((100, False), (1_000, False), (10_000, False), (10_000, True))]
    told = {
        "command": "python -m bench.capacity",
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "release": cmq.__version__,
        "machine": {"processors": os.cpu_count(), "python": platform.python_version()},
        "full": FULL,
        "costs": [asdict(each) for each in costs],
        "plans": plans,
    }
    RESULT.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    for each in costs:
        row(f"capacity: {each.name}", f"{each.milliseconds:.2f} ms of a processor, {each.bytes / 1000:.0f} kB")
    for each in plans:
        shared = "with a shared cache" if each["shared_cache"] else "alone"
        row(f"capacity: {each['per_second']:,} requests/s, {shared}", f"{each['processors']:.1f} processors")


def kinds(url: str) -> list[Kind]:
    """What is asked: SPRING, a supposition. A page brings some files with it, most people only read."""
    with urlopen(url) as home:
        named = re.search(r'href="(/static/[^"]+\.css)"', home.read().decode())
    assert named
    campus = Campus.objects.real().latest("pk").get_absolute_url()
    with urlopen(Request(url + campus, headers={"Accept-Encoding": "gzip"})) as page:
        tag = page.headers["ETag"]
    session = f"Cookie: {settings.SESSION_COOKIE_NAME}={session_of('directrice')}"
    return [
        Kind("fichier statique", named[1], 0.50, 0.99),
        Kind("page publique", campus, 0.25, 0.95),
        Kind("page publique que le lecteur a déjà (304)", campus, 0.05, 0.90, (f"If-None-Match: {tag}",)),
        Kind("recherche", "/recherche/?q=aide-soignant+%C3%A0+Lille", 0.12, 0.0),
        Kind("API", "/api/v1/campus?limit=50", 0.05, 0.80),
        Kind("page de l’espace", "/espace/", 0.03, 0.0, (session,)),
    ]


def session_of(name: str) -> str:
    """A session of somebody of the demonstration."""
    person = User.objects.filter(email__startswith=f"{name}@", is_demo=True).first()
    if person is None:
        sys.exit("no demonstration here: `make run` once")
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(person.pk), person.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.save()
    return str(session.session_key)


def cost(kind: Kind, url: str) -> Cost:
    """Ask for it for some seconds, and count what the worker spent."""
    command = ["wrk", "-t1", "-c4", f"-d{SECONDS}s", "-H", "Accept-Encoding: gzip"]
    command += [part for header in kind.headers for part in ("-H", header)]
    subprocess.run([*command[:3], "-d1s", *command[4:], url + kind.path], check=True, stdout=subprocess.DEVNULL)
    before = spent(url)
    told = subprocess.run([*command, url + kind.path], check=True, capture_output=True, text=True).stdout
    seconds = spent(url) - before
    if "Socket errors" in told or "Non-2xx" in told:
        raise RuntimeError(told)
    found = re.search(r"(\d+) requests in [\d.]+\w+, ([\d.]+)([KMG]?)B read", told)
    assert found, told
    number, read = int(found[1]), float(found[2]) * {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[found[3]]
    return Cost(kind.name, seconds / number * 1000, round(read / number), kind.share, kind.shared)


def spent(url: str) -> float:
    """Seconds of a processor that the workers have used."""
    fields = [
        Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in workers_of(url[-5:].strip(":"))
    ]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


def plan(costs: list[Cost], per_second: int, has_shared_cache: bool) -> dict[str, object]:
    """Processors and bytes for so many requests in a second, files included."""
    passed = [(each, per_second * each.share * (1 - each.shared * has_shared_cache)) for each in costs]
    return {
        "per_second": per_second,
        "shared_cache": has_shared_cache,
        "reach_the_site": round(sum(rate for _, rate in passed)),
        "processors": round(sum(rate * each.milliseconds for each, rate in passed) / 1000 / FULL, 1),
        "megabits": round(sum(rate * each.bytes for each, rate in passed) * 8 / 1e6, 1),
    }


if __name__ == "__main__":
    main()
