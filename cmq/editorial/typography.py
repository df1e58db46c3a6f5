"""French typography: the spaces that do not break, quotes, apostrophes, dashes and dots that French print uses."""

import re

# Before « : » and inside quotes a space that does not break; before « ; ! ? » and between thousands a narrow one
# (Lexique des règles typographiques en usage à l’Imprimerie nationale).
NBSP, NARROW = "\u00a0", "\u202f"
_SPACE = f"[ {NBSP}{NARROW}]"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?<!\.)\.{3}(?!\.)"), "…"),
    (re.compile(r"(?<=\w)'(?=\w)"), "’"),
    # « 12' » and what stands for an inch or a minute stay.
    (re.compile(r'(?<![\w"])"(?=\S)([^"\n]*[^"\s])"(?![\w"])'), f"«{NBSP}\\1{NBSP}»"),
    (re.compile(f"«{_SPACE}*(?=[^{NBSP}{NARROW} ])"), f"«{NBSP}"),
    (re.compile(f"(?<=[^{NBSP}{NARROW} «]){_SPACE}*»"), f"{NBSP}»"),
    (re.compile(r"(?<=\S) - (?=\S)"), " – "),
    (re.compile(f"(?:(?<=\\S)|^){_SPACE}+(?=[;!?])"), NARROW),
    (re.compile(r"(?<=[\w»)…])(?=[!?;])(?![!?;]*\w)"), NARROW),
    (re.compile(f"(?:(?<=\\S)|^){_SPACE}+(?=:(?:\\s|$))"), NBSP),
    (re.compile(r"(?<=[^\W_])(?=:(?:\s|$))|(?<=[»)])(?=:(?:\s|$))"), NBSP),
    (re.compile(f"(?<=\\d){_SPACE}+(?=[%€]|(?:km|kg|cm|mm|ha|h|min)\\b)"), NBSP),
    (re.compile(r"(?<![\d,.])(\d{1,3})(?: (\d{3}))(?: (\d{3}))?(?! ?\d)"), ""),
    (re.compile(r"\b(n°|N°|art\.|p\.|M\.|Mme|MM\.|Mmes) (?=\S)"), f"\\1{NBSP}"),
)
_THOUSANDS = 11


def french(text: str) -> str:
    """The text as French print sets it; letters and digits stay, and set text stays as it is.

    Straight quotes and apostrophes become « » and ’, spaces before high punctuation no longer break.
    """
    for number, (pattern, by) in enumerate(_RULES):
        text = pattern.sub(_thousands if number == _THOUSANDS else by, text)
    return text


def _thousands(match: re.Match[str]) -> str:
    return NARROW.join(part for part in match.groups() if part)
