"""What cells of official files mean: one function a convention."""

import datetime as dt
import html
import re

import nh3

from cmq.core.text import one_line

_LEVEL = re.compile(r"(?:NIV|niveau\s*)?([1-8])", re.IGNORECASE)
# Read by hand: three formats tried by `strptime` on each cell cost as much as the rest of a row.
_DATE = re.compile(
    r"(?P<y1>[0-9]{4})-?(?P<m1>[0-9]{2})-?(?P<d1>[0-9]{2})(?![0-9])|(?P<d2>[0-9]{2})/(?P<m2>[0-9]{2})/(?P<y2>[0-9]{4})"
)
_BLOCK = re.compile(r"</(?:p|li|div|h[1-6]|tr|ul|ol)>|<br\s*/?>", re.IGNORECASE)
# A UTF-8 sequence of two or three bytes, lost in bytes of another encoding.
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")
# What Windows-1252 can write, and the controls that stand for it where text was written twice: « É’ » in Windows-1252
# looks like a UTF-8 sequence, of a sign that no French text has.
_FRENCH = frozenset(bytes(range(128, 256)).decode("cp1252", errors="ignore")) | set(map(chr, range(0x80, 0xA0)))
_TWICE = re.compile("[\u00c2\u00c3\u00c5\u00e2][\u0080-\u00bf\u0152-\u2122]{1,2}")


def whole(cell: str) -> int | None:
    """A number without decimals; None for an empty cell, a secret (« * », « nd ») or anything else."""
    cleaned = cell.replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    return int(cleaned) if cleaned.isdecimal() and cleaned.isascii() else None


def percent(cell: str) -> int | None:
    """A rate from 0 to 100, rounded; None for a secret or anything else."""
    try:
        value = round(float(cell.replace(",", ".").strip(" %")))
    except (ValueError, OverflowError):
        return None
    return value if 0 <= value <= 100 else None


def date(cell: str) -> dt.date | None:
    """« 31/08/2023 », « 2023-08-31 », « 2023-08-31T00:00:00+02:00 » or « 20230831 »; None for anything else."""
    if found := _DATE.match(cell):
        year, month, day = found.group("y1", "m1", "d1") if found["y1"] else found.group("y2", "m2", "d2")
        try:
            return dt.date(int(year), int(month), int(day))
        except ValueError:
            return None
    return None


def yes(cell: str) -> bool | None:
    """« O », « oui », « 1 » or « N », « non », « 0 »; None for anything else."""
    return {"o": True, "oui": True, "1": True, "true": True, "n": False, "non": False, "0": False, "false": False}.get(
        cell.strip().lower()
    )


def level(cell: str) -> int | None:
    """A level of the national framework: « NIV5 », « 5 », « niveau 5 »; None when it has none (« REPRISE »)."""
    found = _LEVEL.fullmatch(cell.strip())
    return int(found[1]) if found else None


def rncp(cell: str) -> str:
    """« 37307 » or « RNCP37307 » → « RNCP37307 »; empty for anything else."""
    number = cell.strip().upper().removeprefix("RNCP").lstrip("0")
    return f"RNCP{number}" if number.isdecimal() and len(number) <= 6 else ""


def rs(cell: str) -> str:
    """« 5000 » or « RS5000 » → « RS5000 »; empty for anything else."""
    number = cell.strip().upper().removeprefix("RS").lstrip("0")
    return f"RS{number}" if number.isdecimal() and len(number) <= 6 else ""


def rome(cell: str) -> str:
    """A ROME code at the head of the cell (« A1416 - Polyculture »); empty for anything else."""
    code = cell.strip()[:5].upper()
    return code if re.fullmatch(r"[A-N][0-9]{4}", code) else ""


def plain(cell: str) -> str:
    """Text without any tag, script or entity; paragraphs stay apart."""
    cleaned = html.unescape(nh3.clean(_BLOCK.sub("\n", cell), tags=set()))
    lines = (one_line(line) for line in cleaned.split("\n"))
    return "\n".join(line for line in lines if line)


def decode_mixed(raw: bytes) -> str:
    """Text written partly in Windows-1252 (or Latin-1), partly in UTF-8, partly in UTF-8 twice: as in the ROME."""
    pieces, end = [], 0
    for found in _UTF8.finditer(raw):
        pieces += [_single(raw[end : found.start()]), _sequence(found[0])]
        end = found.end()
    return _TWICE.sub(_once, "".join((*pieces, _single(raw[end:]))))


def _single(raw: bytes) -> str:
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _sequence(raw: bytes) -> str:
    try:
        sign = raw.decode()
    except UnicodeDecodeError:
        return _single(raw)
    return sign if sign in _FRENCH else _single(raw)


def _once(found: re.Match[str]) -> str:
    for encoding in ("cp1252", "latin-1"):
        try:
            return found[0].encode(encoding).decode()
        except (UnicodeEncodeError, UnicodeDecodeError):
            continue
    return found[0]
