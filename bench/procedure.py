"""A campaign of a thousand files with two hundred people at work: `python -m bench.procedure [FILES] [PEOPLE]`.

It works in a database of its own, in a temporary folder (or where DATABASE_URL points: an empty one).

- The board and a file page against their own templates, and against a bare page: same log-in, same template, all of
  it already read (wanted: at most 3). A file of every kind: a draft empty and a draft written, then one of every
  state and request that the demonstration plays, each as its campus, its experts and its college have left it.
- The same pages asked for by two hundred logged-in people at once: no error, and how many a second.
- A hundred section saves at the same instant: each is kept, or given back to its author.
"""

import datetime as dt
import http.client
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

FOLDER = tempfile.TemporaryDirectory(prefix="cmq-procedure-")
os.environ["CMQ_VAR_DIR"] = FOLDER.name
os.environ.setdefault("DATABASE_URL", f"sqlite:///{FOLDER.name}/procedure.sqlite3")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cmq.settings")
os.environ["CMQ_LOG_LEVEL"] = "ERROR"

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.measuring import logged_in_page, row  # noqa: E402
from bench.serving import serving  # noqa: E402
from cmq.accounts.models import User  # noqa: E402
from cmq.applications.actions.writing import open_application, save_section  # noqa: E402
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication, SectionRevision  # noqa: E402
from cmq.campaigns.actions import open_campaign, prepare_campaign  # noqa: E402
from cmq.campaigns.models import Campaign, College, Specification  # noqa: E402
from cmq.campaigns.texts import load_texts  # noqa: E402
from cmq.campuses.actions import enter_campus  # noqa: E402
from cmq.campuses.models import Campus, CampusMembership, CampusRole  # noqa: E402
from cmq.core.feed import first_broken_position  # noqa: E402
from cmq.operations import demonstration  # noqa: E402
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole  # noqa: E402
from cmq.reference.actions import load_reference  # noqa: E402
from cmq.reference.models import Region  # noqa: E402

SAVES = 100


def main(files: int, people: int) -> None:
    """Fill, then measure."""
    settings.ALLOWED_HOSTS.append("testserver")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("assets", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["dsfr", "django-dsfr"])
    load_reference()
    campaign = a_campaign()
    application = fill(campaign, files)
    secretaries = [a_secretary(number) for number in range(people)]
    board = f"/espace/campagnes/{campaign.slug}/tableau/"
    page = application.get_absolute_url()
    logged_in_page(secretaries[0], board)
    for name, each in one_of_each_kind(application).items():
        logged_in_page(secretaries[0], each.get_absolute_url(), name=name)
    cookies = [session_of(person) for person in secretaries]
    writers = [a_writer(application.campus, number) for number in range(SAVES)]
    with serving("cmq.wsgi:application") as (url, _):
        for path in (board, page):
            at_once(url, path, cookies)
        save_at_once(url, application, writers)


def a_campaign() -> Campaign:
    """A rolling one, open since a month."""
    load_texts()
    campaign = prepare_campaign(
        title="Campagne mesurée",
        specification=Specification.objects.get(version="2019"),
        college=College.objects.get(version="article-2024"),
        ends={"opens_at": timezone.now() - dt.timedelta(days=30)},
        is_rolling=True,
        by=None,
    )
    open_campaign(campaign, by=None)
    campaign.refresh_from_db()
    return campaign


def fill(campaign: Campaign, files: int) -> LabelApplication:
    """A first file made by its action, the others as rows, spread over the states."""
    regions = list(Region.objects.all())
    campus = enter_campus(name="Campus mesuré", region=regions[0])
    application = open_application(campus, campaign=campaign, kind=ApplicationKind.FIRST, by=None)
    # As files are at work: written, not empty.
    application.sections.update(text="Un texte de dossier, ni court ni long. " * 40, updated_at=timezone.now())
    campuses = Campus.objects.bulk_create(
        Campus(slug=f"mesure-{number}", name=f"Campus mesuré {number}", region=regions[number % len(regions)])
        for number in range(files - 1)
    )
    states, now = list(ApplicationState), timezone.now()
    LabelApplication.objects.bulk_create(
        LabelApplication(
            reference=f"MES-{number:05}",
            campaign=campaign,
            campus=campus,
            kind=ApplicationKind.FIRST,
            state=states[number % len(states)],
            created_at=now,
            submitted_at=now,
            digest="0" * 64,
        )
        for number, campus in enumerate(campuses)
    )
    return application


def one_of_each_kind(written: LabelApplication) -> dict[str, LabelApplication]:
    """By name: a draft without a word, the one that is written, and of the demonstration the first of each kind."""
    demonstration.build()
    campus = enter_campus(name="Campus mesuré, dossier vide", region=written.campus.region)
    empty = open_application(campus, campaign=written.campaign, kind=ApplicationKind.FIRST, by=None)
    found = {"brouillon vide": empty, "brouillon écrit": written}
    for each in LabelApplication.objects.filter(campus__is_demo=True).order_by("pk"):
        found.setdefault(f"{each.get_state_display()}, {each.get_kind_display()}".lower(), each)
    return found


def a_secretary(number: int) -> User:
    """One of the people at work."""
    body, _ = Organisation.objects.get_or_create(name="Secrétariat mesuré")
    return _member(OrganisationMembership(organisation=body, role=OrganisationRole.SECRETARY), f"s{number}")


def a_writer(campus: Campus, number: int) -> str:
    """The session of somebody who writes the file."""
    return session_of(_member(CampusMembership(campus=campus, role=CampusRole.CONTRIBUTOR), f"w{number}"))


def _member(membership: OrganisationMembership | CampusMembership, name: str) -> User:
    person = User(email=f"{name}@mesure.invalid", name=name)
    person.set_unusable_password()
    person.save()
    membership.person, membership.invited_email = person, person.email
    membership.invited_at, membership.starts_on = timezone.now(), dt.date(2020, 1, 1)
    membership.save()
    return person


def session_of(person: User) -> str:
    """The cookie of a log-in."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def at_once(url: str, path: str, cookies: list[str]) -> None:
    """Everybody asks for the page at the same instant, three times."""
    seconds: list[float] = []

    def ask(cookie: str) -> str:
        for _ in range(3):
            started = time.perf_counter()
            status = fetch(url, path, {"Cookie": cookie})[0]
            seconds.append(time.perf_counter() - started)
            if status != 200:
                return str(status)
        return "200"

    started = time.perf_counter()
    answers = together([lambda cookie=cookie: ask(cookie) for cookie in cookies])
    rate = len(seconds) / (time.perf_counter() - started)
    median = statistics.median(seconds)
    row(f"{len(cookies)} people, {path[:34]}", f"{dict(answers)}, {rate:.0f} pages/s, median wait {median:.1f} s")


def save_at_once(url: str, application: LabelApplication, cookies: list[str]) -> None:
    """Each rewrites a paragraph of their own in the same part, from the same version."""
    path = f"{application.get_absolute_url()}parties/1/"
    paragraphs = [f"Paragraphe {number} : à écrire." for number in range(len(cookies))]
    section, director = application.sections.get(position=1), User.objects.get(email="w0@mesure.invalid")
    save_section(section, text="\n\n".join(paragraphs), version=0, by=director)
    texts = [f"Paragraphe {number} : écrit par la personne {number}." for number in range(len(cookies))]
    kept: list[str] = []

    def save(cookie: str, number: int) -> str:
        mine = "\n\n".join([*paragraphs[:number], texts[number], *paragraphs[number + 1 :]])
        _, body, headers = fetch(url, path, {"Cookie": cookie})
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', body)[1]  # type: ignore[index]
        csrf = "; ".join(part.split(";")[0] for name, part in headers if name.lower() == "set-cookie")
        form = urlencode({"text": mine, "version": 1, "csrfmiddlewaretoken": token})
        sent = {"Cookie": f"{cookie}; {csrf}", "Content-Type": "application/x-www-form-urlencoded"}
        status = fetch(url, f"{path}enregistrer/", sent, form)[0]
        if status == 200:
            kept.append(texts[number])
        return str(status)

    answers = together([lambda c=cookie, n=number: save(c, n) for number, cookie in enumerate(cookies)])
    section.refresh_from_db()
    saved = SectionRevision.objects.filter(section=section, version__gt=1)
    told = set(answers) <= {"200", "409"}
    lost = [text for text in kept if text not in section.text]
    versions = saved.count() == section.version - 1 == len(kept)
    verdict = "nothing lost" if told and not lost and versions and first_broken_position() is None else "LOST"
    row(f"{len(cookies)} section saves at once", f"{dict(answers)} (200 kept, 409 given back): {verdict}")


def together(acts: list[Callable[[], str]]) -> Counter[str]:
    """Run all in threads that start together; how often each answer came."""
    answers: list[str] = []
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], str]) -> None:
        gate.wait()
        try:
            answers.append(act())
        except OSError as error:
            answers.append(type(error).__name__)

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(answers)


def fetch(
    url: str, path: str, headers: dict[str, str], body: str | None = None
) -> tuple[int, str, list[tuple[str, str]]]:
    """One request: status, body, headers."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=120)
    connection.request("POST" if body is not None else "GET", path, body, headers)
    answer = connection.getresponse()
    text = answer.read().decode(errors="replace")
    connection.close()
    return answer.status, text, answer.getheaders()


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:] or ("1000", "200")))
