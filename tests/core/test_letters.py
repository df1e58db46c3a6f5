"""Every letter is a template with a sample, a plain text and an HTML twin of the same words."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.core import mail as django_mail
from django.template import engines
from hypothesis import given
from hypothesis import strategies as st

from cmq.core import letters, mail

HOLE = "⟦%s⟧"


@pytest.fixture
def _holes_show(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", HOLE)
    yield


class Words(HTMLParser):
    """The words of a page, without its head."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(page.partition("<body>")[2])

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)


@pytest.mark.parametrize("name", letters.names())
def test_every_letter_has_a_sample_without_a_hole(name: str, _holes_show: None) -> None:
    sample = letters.sample(name)
    assert sample.to and sample.when, f"mail/{name}.json lacks _to or _when"
    assert sample.letter.subject and sample.letter.text
    assert "⟦" not in sample.letter.subject + sample.letter.text
    assert "{" not in sample.letter.text and "&" not in sample.letter.text


@pytest.mark.parametrize("name", letters.names())
def test_the_twin_says_the_same_words(name: str) -> None:
    letter = letters.sample(name).letter
    plain = re.sub(r"^- ", "", f"{letter.subject}\n{letter.text}", flags=re.MULTILINE)
    assert "".join(Words(letter.html).words) == "".join(plain.split())


def test_there_are_letters() -> None:
    assert {"invitation", "error_report", "password_reset_key"} <= set(letters.names())


@given(st.text(max_size=300))
def test_whatever_is_written_stays_words(text: str) -> None:
    drawn = Words(letters.as_html("Objet", text))
    assert set(drawn.tags) <= {"main", "h1", "p", "br", "ul", "li", "a"}


def test_paragraphs_lists_and_links() -> None:
    text = "Bonjour,\n\nDeux dates :\n- le 1er mai\n- le 2 mai\nPuis rien.\n\nhttps://exemple.fr/a?b=1&c=2\n<b>x</b>"
    page = letters.as_html("Objet", text)
    assert page.count("<p>") == 4 and page.count("<li>") == 2
    assert 'href="https://exemple.fr/a?b=1&amp;c=2"' in page
    assert "&lt;b&gt;x&lt;/b&gt;" in page


@pytest.mark.django_db
def test_a_letter_leaves_with_both(django_capture_on_commit_callbacks: object) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        mail.post("a@exemple.fr", "mail/unknown_account", {"email": "a@exemple.fr"}, key="k")
    (sent,) = django_mail.outbox
    ((html, kind),) = sent.alternatives
    assert kind == "text/html" and sent.subject in html
    assert '<html lang="fr">' in html and "http-equiv" not in html
    assert sent.body in letters.render("mail/unknown_account", {"email": "a@exemple.fr"}).text


def test_the_style_of_a_letter_is_the_one_that_the_policy_allows() -> None:
    import base64
    import hashlib

    (style,) = re.findall(r"<style>(.*?)</style>", letters.as_html("a", "b"), flags=re.DOTALL)
    assert "sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode() == letters.STYLE_HASH


def test_each_sample_stands_beside_its_template() -> None:
    for folder in letters._folders():
        assert {path.stem for path in Path(folder).glob("*.json")} <= set(letters.names())
