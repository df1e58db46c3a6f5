"""Who asks during `bench.load`: readers, directors who write, experts. Locust runs it, by the plan that it is given."""

import itertools
import json
import os
import random
import re
from pathlib import Path
from typing import Any

from locust import FastHttpUser, between, events, task
from requests.cookies import create_cookie

PLAN: dict[str, Any] = json.loads(Path(os.environ["CMQ_LOAD_PLAN"]).read_text())
_given = {role: itertools.cycle(told) for role, told in PLAN["people"].items()}


class Reader(FastHttpUser):
    """Reads public pages, and searches one time in five."""

    weight = 16
    wait_time = between(0.1, 0.6)

    @task(4)
    def read(self) -> None:
        """A page."""
        self.client.get(random.choice(PLAN["pages"]), name="reader: page")

    @task(1)
    def search(self) -> None:
        """A search for a few words, some of them ill typed."""
        self.client.get(f"/recherche/?q={random.choice(PLAN['words'])}", name="reader: search")


class Person(FastHttpUser):
    """Somebody who is logged in."""

    abstract = True
    role = ""
    wait_time = between(0.3, 1.5)

    def on_start(self) -> None:
        """Come with a session: log-in is measured elsewhere, and slow on purpose."""
        self.mine = next(_given[self.role])
        host = self.host.rpartition("/")[2].partition(":")[0]
        cookie = create_cookie(PLAN["cookie"], random.choice(self.mine["sessions"]), domain=host, path="/")
        self.client.cookiejar.set_cookie(cookie)

    @task(5)
    def work(self) -> None:
        """A page of the workspace; one that sends to log-in is a failure."""
        path = random.choice(self.mine["pages"])
        with self.client.get(path, name=f"{self.role}: page", allow_redirects=False, catch_response=True) as answer:
            if answer.status_code != 200:
                answer.failure(f"{answer.status_code} at {path}")


class Director(Person):
    """Writes parts of a file besides."""

    role = "director"
    weight = 3

    @task(2)
    def write(self) -> None:
        """Read a part, and save it; that others wrote the same words meanwhile is an answer, not a failure."""
        part = random.choice(self.mine["parts"])
        read = self.client.get(part, name="director: reads a part")
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', read.text or "")
        version = re.search(r'name="version" value="(\d+)"|value="(\d+)"[^>]*name="version"', read.text or "")
        if not tokens or not version:
            return
        text = f"Texte d’essai numéro {random.randrange(10**6)}."
        data = {"csrfmiddlewaretoken": tokens[0], "version": version[1] or version[2], "text": text}
        headers = {"Referer": f"{self.host}{part}"}
        said = self.client.post(
            f"{part}enregistrer/", data=data, headers=headers, name="director: saves a part", catch_response=True
        )
        with said as answer:
            if answer.status_code in (200, 409):
                answer.success()
            else:
                answer.failure(str(answer.status_code))


class Expert(Person):
    """Reads files."""

    role = "expert"
    weight = 1


@events.quitting.add_listener
def tell(environment: Any, **_: Any) -> None:
    """Write what was measured where `bench.load` waits for it."""
    total = environment.stats.total
    told = {name: figures(entry) for (name, _), entry in sorted(environment.stats.entries.items())}
    problems = [f"{each.name}: {each.error} ({each.occurrences})" for each in environment.stats.errors.values()]
    found = {"all": figures(total), "by_kind": told, "problems": problems}
    Path(os.environ["CMQ_LOAD_FOUND"]).write_text(json.dumps(found))


def figures(entry: Any) -> dict[str, Any]:
    """Of one kind of request; times in milliseconds."""
    return {
        "requests": entry.num_requests,
        "failures": entry.num_failures,
        "per_second": round(entry.total_rps, 1),
        **{f"p{each}_ms": entry.get_response_time_percentile(each / 100) for each in (50, 95, 99)},
    }
