"""Every form of the site, filled with what no form expects: each answer is a page or a refusal, never a breakdown, and
nothing that was typed is run or shown as anything but text."""

from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import Phase, given
from hypothesis import settings as drawing
from hypothesis import strategies as st

from tests.addresses import address
from tests.cast import Stage
from tests.doors import DOORS, ONLY_POST
from tests.test_rights import client_of
from tests.web.public.addresses import PAGES

MARK = "<script>alerte(1)</script>"
VALUES = (
    *(MARK, f'" onfocus="{MARK}', "' OR 1=1 --", "{{ 7*7 }}", "${7*7}", "=cmd|' /C calc'!A0", "../../etc/passwd"),
    *("0", "-1", "1e400", "NaN", "9" * 30, "9" * 400, "1,5", "²", "٣", "0x10", "99999999999", "-2147483649"),
    *("0000-00-00", "9999-12-31", "10000-01-01", "2026-02-30", "31/12/2026", "24:61", "2026-W99", "-0001-01-01"),
    *(
        "",
        " ",
        "\u00a0",
        "\u202e",
        "\ufffd",
        "\U0001f9d1\u200d\U0001f3eb" * 40,
        "é" * 20_000,
        "a@b",
        "a@b\r\nBcc: c@d.fr",
    ),
    *(
        "javascript:alert(1)",
        "http://[::1",
        "http://169.254.169.254/",
        "https://exemple.fr/" + "a" * 3000,
        "//exemple.fr",
    ),
    *(
        "on",
        "true",
        "None",
        "null",
        "[]",
        "{}",
        "%00",
        "%s%n",
        "\\",
        "a,b;c|d",
        "\t\r\n",
        "İ",
        "ﬁ",
        "1" * 14,
        "0590122M",
    ),
)
VALUE = st.sampled_from(VALUES) | st.text(max_size=300)
# A round asks for every form; what is found is said whole, and made no smaller.
ROUNDS = drawing(max_examples=2, phases=[Phase.generate])
ANSWERS = {200, 302, 400, 403, 404, 405, 409, 413, 422, 429}
SHARDS = 4


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: where to, and the names and values of their fields, but for the token,
    which the client of the tests is not asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, list[str]]]] = []
        self._open: dict[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._open = {}
            if (given.get("method") or "").lower() == "post":
                self.found.append((given.get("action") or "", self._open))
        elif self._open is not None and tag in ("input", "select", "textarea", "button"):
            if given.get("name") in (None, "", "csrfmiddlewaretoken"):
                return
            self._open.setdefault(str(given["name"]), []).append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None


def forms_of(client: Client, url: str) -> list[tuple[str, dict[str, list[str]]]]:
    page = client.get(url)
    if page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
        return []
    parser = Forms()
    parser.feed(page.content.decode())
    return [(urljoin(url, action), fields) for action, fields in parser.found]


def send(client: Client, url: str, sent: dict[str, list[str]]) -> list[str]:
    """Send a form, and undo what it did. What was answered wrongly."""
    try:
        with transaction.atomic():
            answer = client.post(url, sent)
            transaction.set_rollback(True)
    except Exception as error:  # noqa: BLE001
        return [f"{url}: {type(error).__name__} {error} with {sent}"[:700]]
    faults = []
    if answer.status_code not in ANSWERS:
        faults.append(f"{url}: {answer.status_code} with {sent}"[:700])
    if not answer.streaming and MARK in answer.content.decode(errors="replace"):
        faults.append(f"{url}: shown as it was sent, with {sent}"[:700])
    return faults


def attack(client: Client, url: str, fields: dict[str, list[str]], data: st.DataObject) -> list[str]:
    """Send a form twice: all of it hostile, then one field of what the page proposed. What was answered wrongly."""
    all_wrong = {name: data.draw(st.lists(VALUE, min_size=1, max_size=2)) for name in fields}
    one_wrong = {name: [value for value in values if value] for name, values in fields.items()}
    one_wrong[data.draw(st.sampled_from(sorted(fields)))] = [data.draw(VALUE)]
    return [fault for sent in (all_wrong, one_wrong) for fault in send(client, url, sent)]


@pytest.mark.hypothesis
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_form_of_the_workspace_breaks(stage: Stage, shard: int) -> None:
    asked = []
    for name, door in sorted(DOORS.items())[shard::SHARDS]:
        for role in sorted(door.posts or door.reads, key=str)[:1]:
            client, url = client_of(stage, role), address(stage, name)
            found = [(url, {})] if name in ONLY_POST else forms_of(client, url)
            asked += [(client, action, fields) for action, fields in found if action.startswith("/espace/")]

    # Nothing can be typed in these: each time they are sent is the same.
    bare = [fault for client, action, fields in asked if not fields for fault in send(client, action, {})]
    assert not bare, "\n".join(bare)
    filled = [each for each in asked if each[2]]

    @ROUNDS
    @given(st.data())
    def fill(data: st.DataObject) -> None:
        faults = [fault for client, action, fields in filled for fault in attack(client, action, fields, data)]
        assert not faults, "\n".join(faults)

    fill()
    assert len(asked) > 30 and len(filled) > 20


@pytest.mark.hypothesis
def test_no_form_for_anyone_breaks(stage: Stage) -> None:
    client = Client()
    paths = (*PAGES, f"/campus/{stage.campus.slug}/signaler/")
    forms = {action: fields for path in paths for action, fields in forms_of(client, path)}

    @ROUNDS
    @given(st.data())
    def fill(data: st.DataObject) -> None:
        faults = [fault for action, fields in forms.items() for fault in attack(client, action, fields, data)]
        assert not faults, "\n".join(faults)

    fill()
    assert len(forms) == 5
