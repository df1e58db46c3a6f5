"""The text of an offer as the site may keep it: no tag, no script, no way to reach a person (RGPD, article 5-1-c)."""

import hashlib
import html
import re

import nh3

from cmq.core.text import fold

LONGEST_TEXT = 20_000
MASKED_ADDRESS = "[adresse masquée]"
MASKED_NUMBER = "[numéro masqué]"
MASKED_NAME = "[nom masqué]"

_BLOCK = re.compile(r"</(?:p|li|div|h[1-6]|tr|ul|ol)\s*>|<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!][^<>]*>")
# Controls, and the signs that turn the direction of what follows.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_AT = r"(?:\s?@\s?|\s?[\[(]\s?(?:at|arobase|@)\s?[\])]\s?)"
_ADDRESS = re.compile(rf"[\w.+-]{{1,64}}{_AT}[\w-]{{1,63}}(?:\.[\w-]{{1,63}}){{1,4}}", re.IGNORECASE)
# French numbers, national or international, written with spaces, dots or dashes or all together.
_NUMBER = re.compile(
    r"(?<![\d+])(?:(?:\+|00)\s?33[\s.-]?(?:\(0\)[\s.-]?)?|0)"
    r"[1-9](?:[\s.\-/\u00a0\u202f]?\d{2}){4}(?!\d)"
)
# Whoever a title of politeness, or « contact : », names. A name without either cannot be told from that of a place, a
# firm or a tool: those stay.
_CAPITAL = r"(?!Monsieur|Madame|Mme|Mlle)[A-ZÀ-ÖØ-Þ][\w’'-]{1,40}"
_FULL = rf"{_CAPITAL}(?: (?:d[eu] |des |d[’'])?{_CAPITAL}){{0,2}}"
_TITLED = re.compile(
    rf"\b(M\.|MM\.|Mr\.?|Mme|Mlle|Monsieur|Madame|Mademoiselle|Dr\.?|Docteur)[ \u00a0]{{1,3}}(?:[A-Z]\. ?)?{_FULL}"
)
_NAMED = re.compile(
    r"(?i:\b(contact|recruteu(?:r|se)|interlocut(?:eur|rice)|tut(?:eur|rice)|responsable|référente?) ?: ?)"
    rf"({_CAPITAL} [A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ’'-]+)\b"
)
_MAYBE_NAME = re.compile(r"\b(?:M\.|MM\.|Mr\b|Mme\b|Mlle\b|Monsieur|Madame|Mademoiselle|Dr\b|Docteur)| ?: ?[A-ZÀ-ÖØ-Þ]")
# What short texts seldom have: without it, there is nothing to clean.
_SUSPECT = re.compile(
    "[<&@\x00-\x1f\x7f-\x9f\u200b-\u206f\ufeff]|[\\[(]\\s?(?:at|arobase)|(?:0|33)[ .\u00a0-]?[(1-9]",
    re.IGNORECASE,
)
_MAYBE_ADDRESS = re.compile(r"@|[\[(]\s?(?:at|arobase)", re.IGNORECASE)


def clean_line(raw: object, *, longest: int) -> str:
    """One line of plain text, cut at a whole word; empty for what is no text."""
    if isinstance(raw, str) and len(raw) <= longest and not (_SUSPECT.search(raw) or _MAYBE_NAME.search(raw)):
        return " ".join(raw.split())
    text = " ".join(clean_text(raw, longest=longest * 2).split())
    return text if len(text) <= longest else text[:longest].rsplit(" ", 1)[0].rstrip(" ,;:-–")


def clean_text(raw: object, *, longest: int = LONGEST_TEXT) -> str:
    """Plain text whose paragraphs stay apart: no tag, script or control is left, and no contact (`mask_contacts`)."""
    if not isinstance(raw, str):
        return ""
    # Hostile texts are cut before they are looked at; marks take room, so more is read than is kept.
    text = raw[: longest * 3]
    if "<" in text or "&" in text:
        text = _without_tags(text)
    lines = (" ".join(line.split()) for line in _CONTROL.sub("", text).splitlines())
    return mask_contacts("\n".join(line for line in lines if line))[:longest].rstrip()


def mask_contacts(text: str) -> str:
    """The text with e-mail addresses, telephone numbers, and the names of persons that it presents as such hidden."""
    if _MAYBE_ADDRESS.search(text):
        text = _ADDRESS.sub(MASKED_ADDRESS, text)
    if _MAYBE_NAME.search(text):
        text = _NAMED.sub(_without_name, _TITLED.sub(rf"\1 {MASKED_NAME}", text))
    return _NUMBER.sub(MASKED_NUMBER, text)


def _without_name(found: re.Match[str]) -> str:
    return found[0].removesuffix(found[2]) + MASKED_NAME


def twin_key(*, employer: str, folded_title: str, commune: str) -> str:
    """What two publications of one offer have in common; empty when too little is known to tell."""
    names = (fold(employer), folded_title, commune)
    return hashlib.sha256("|".join(names).encode()).hexdigest()[:24] if all(names) else ""


def _without_tags(text: str) -> str:
    text = html.unescape(nh3.clean(_BLOCK.sub("\n", text), tags=set()))
    # What was written as entities is a tag only now; whoever writes it so twice wants it to pass.
    for _ in range(4):
        before, text = text, html.unescape(_TAG.sub(" ", text))
        if text == before:
            break
    return _TAG.sub(" ", text)
