"""Two machines run the same clock at the same instant."""

import os
import subprocess
import sys
from urllib.parse import quote

from django.db import connection

from cmq.core.models import OutgoingMail
from cmq.renewals.models import Reminder
from tests.factories import a_director
from tests.renewals.test_clock import labelled


def database_url() -> str:
    """The test database, for another process."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    user, password, host = (quote(str(known[name] or ""), safe="") for name in ("USER", "PASSWORD", "HOST"))
    return f"postgres://{user}:{password}@{host}:{known['PORT'] or 5432}/{known['NAME']}"


def test_two_processes_at_once_write_each_letter_once(committed_db: None) -> None:
    people = 0
    for _ in range(12):
        campus = labelled()
        for _ in range(3):
            a_director(campus)
            people += 1
    environment = {
        **os.environ,
        "DATABASE_URL": database_url(),
        "CMQ_MAIL_URL": "dummy://",
        "DJANGO_SETTINGS_MODULE": "cmq.settings",
    }
    command = [sys.executable, "-m", "django", "rappels", "--le", "2027-03-01"]
    running = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0], answers
    written = [int(out.partition("fins de label ")[2].split(",")[0]) for out, _ in answers]
    assert sum(written) == people, answers
    assert Reminder.objects.count() == OutgoingMail.objects.filter(key__startswith="renewal:").count() == people
    # No worker stands beside: the letters wait, and two that empty the outbox at once send each of them once.
    senders = [subprocess.Popen([*command[:3], "courrier"], env=environment) for _ in range(2)]
    assert [process.wait(timeout=120) for process in senders] == [0, 0]
    assert set(OutgoingMail.objects.filter(key__startswith="renewal:").values_list("attempts", flat=True)) == {1}
