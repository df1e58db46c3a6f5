"""Every form of the site and every question that its links ask, filled with what nobody expects: each answer is a page
or a refusal, never a breakdown, and nothing that was typed is run or shown as anything but text."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import Phase, given
from hypothesis import settings as drawing
from hypothesis import strategies as st

from tests.addresses import address
from tests.cast import Stage
from tests.doors import DOORS, ONLY_POST
from tests.drawing import few
from tests.test_rights import client_of
from tests.web.public.addresses import PAGES

MARK = "<script>alerte(1)</script>"
VALUES = (
    *(MARK, f'" onfocus="{MARK}', "' OR 1=1 --", "{{ 7*7 }}", "${7*7}", "=cmd|' /C calc'!A0", "../../etc/passwd"),
    *("0", "-1", "1e400", "NaN", "9" * 30, "9" * 400, "1,5", "²", "٣", "0x10", "99999999999", "-2147483649"),
    *(
        "0000-00-00",
        "0001-01-01",
        "9999-12-31",
        "10000-01-01",
        "2026-02-30",
        "31/12/2026",
        "24:61",
        "2026-W99",
        "-0001-01-01",
    ),
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
ROUNDS = drawing(max_examples=few(2), phases=[Phase.generate])
ANSWERS = {200, 302, 400, 403, 404, 405, 409, 413, 422, 429}
SHARDS = 4


@dataclass(frozen=True)
class Asked:
    """What a page proposes to send or to ask, whose it is, and the fields that it names, with what it proposes."""

    client: Client
    url: str
    by_post: bool
    fields: dict[str, list[str]] = field(default_factory=dict)


class Forms(HTMLParser):
    """The forms of a page, but for the token, which the client of the tests is not asked for; its links that ask are
    forms too."""

    def __init__(self, client: Client, url: str) -> None:
        super().__init__()
        self.client, self.url = client, url
        self.found: list[Asked] = []
        self._open: Asked | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = self._to(given.get("action", ""), by_post=given.get("method", "").lower() == "post")
            self.found.append(self._open)
        elif tag in ("input", "select", "textarea", "button") and self._open is not None:
            if given.get("name") and given["name"] != "csrfmiddlewaretoken":
                self._open.fields.setdefault(given["name"], []).append(given.get("value", ""))
        elif tag == "a" and "?" in given.get("href", ""):
            link = self._to(given["href"], by_post=False)
            link.fields.update(parse_qs(urlsplit(given["href"]).query, keep_blank_values=True))
            self.found.append(link)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def _to(self, target: str, *, by_post: bool) -> Asked:
        target = urljoin(self.url, target)
        return Asked(self.client, target if by_post else urlsplit(target).path, by_post)


def forms_of(client: Client, url: str) -> list[Asked]:
    """All that is sent, once each; what is asked, once for the same names."""
    page = client.get(url)
    if page.status_code != 200 or not page.get("Content-Type", "").startswith("text/html"):
        return []
    parser = Forms(client, url)
    parser.feed(page.content.decode())
    sent = [each for each in parser.found if each.by_post]
    questions = {
        (each.url, *sorted(each.fields)): each
        for each in parser.found
        if not each.by_post and each.url.startswith("/") and each.fields
    }
    return [*sent, *questions.values()]


def send(form: Asked, sent: dict[str, list[str]]) -> list[str]:
    """Send a form, and undo what it did. What was answered wrongly."""
    try:
        with transaction.atomic():
            answer = (form.client.post if form.by_post else form.client.get)(form.url, sent)
            transaction.set_rollback(True)
    except Exception as error:  # noqa: BLE001
        return [f"{form.url}: {type(error).__name__} {error} with {sent}"[:700]]
    faults = []
    if answer.status_code not in ANSWERS:
        faults.append(f"{form.url}: {answer.status_code} with {sent}"[:700])
    if not answer.streaming and MARK in answer.content.decode(errors="replace"):
        faults.append(f"{form.url}: shown as it was sent, with {sent}"[:700])
    return faults


def attack(form: Asked, data: st.DataObject) -> list[str]:
    """Send a form twice: all of it hostile, then one field of what the page proposed. What was answered wrongly."""
    all_wrong = {name: data.draw(st.lists(VALUE, min_size=1, max_size=2)) for name in form.fields}
    one_wrong = {name: [value for value in values if value] for name, values in form.fields.items()}
    one_wrong[data.draw(st.sampled_from(sorted(form.fields)))] = [data.draw(VALUE)]
    return [fault for sent in (all_wrong, one_wrong) for fault in send(form, sent)]


def attack_all(forms: list[Asked]) -> None:
    @ROUNDS
    @given(st.data())
    def fill(data: st.DataObject) -> None:
        faults = [fault for form in forms for fault in attack(form, data)]
        assert not faults, "\n".join(faults)

    fill()


@pytest.mark.hypothesis
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_form_of_the_workspace_breaks(stage: Stage, shard: int) -> None:
    found: list[Asked] = []
    for name, door in sorted(DOORS.items())[shard::SHARDS]:
        for role in sorted(door.posts or door.reads, key=str)[:1]:
            client, url = client_of(stage, role), address(stage, name)
            forms = [Asked(client, url, True)] if name in ONLY_POST else forms_of(client, url)
            found += [each for each in forms if each.url.startswith("/espace/")]
    sent, asked = [each for each in found if each.by_post], [each for each in found if not each.by_post]

    # Nothing can be typed in these: each time they are sent is the same.
    bare = [fault for each in sent if not each.fields for fault in send(each, {})]
    assert not bare, "\n".join(bare)
    filled = [each for each in sent if each.fields]
    attack_all([*filled, *asked])
    assert len(sent) > 30 and len(filled) > 20 and len(asked) > 3


@pytest.mark.hypothesis
def test_no_form_for_anyone_breaks(stage: Stage) -> None:
    client = Client()
    paths = (*PAGES, stage.campus.get_absolute_url(), f"/campus/{stage.campus.slug}/signaler/")
    forms = {(each.url, *sorted(each.fields)): each for path in paths for each in forms_of(client, path)}
    attack_all(list(forms.values()))
    assert len([each for each in forms.values() if each.by_post]) == 5
    assert {"/recherche/", "/campus/", "/carte/", "/agenda/"} <= {each.url for each in forms.values()}
