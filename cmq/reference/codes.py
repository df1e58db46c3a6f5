"""Codes of the French State: their shape and their check letters. Pure functions, no database."""

import re

from django.core.exceptions import ValidationError

# Twenty-three letters, I, O and Q left out for looking like digits (répertoire national des établissements).
_UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_UAI = re.compile(r"[0-9]{7}[A-Z]")
_SPACES = re.compile(r"\s+")
_CEDEX = re.compile(r"\bcedex\b.*$", re.IGNORECASE)

# The first three digits of a UAI are a number of the ministry's own where the INSEE département is not a number,
# and in the Pacific, numbered before INSEE numbered it.
_DEPARTEMENT_OF_UAI = {"620": "2A", "720": "2B", "983": "988", "984": "987"}


def uai_check_letter(digits: str) -> str:
    """The letter that ends a UAI.

    Args:
        digits: the seven digits, in ASCII.
    Raises ValueError for anything else.
    """
    if not re.fullmatch("[0-9]{7}", digits):
        raise ValueError("a UAI begins with seven digits")
    return _UAI_LETTERS[int(digits) % len(_UAI_LETTERS)]


def is_uai(value: str) -> bool:
    """Whether `value` is a UAI written as it should be (seven digits, its own check letter, upper case)."""
    return bool(_UAI.fullmatch(value)) and uai_check_letter(value[:7]) == value[7]


def validate_uai(value: str) -> None:
    """Raise ValidationError in French unless `value` is a UAI."""
    if not is_uai(value):
        raise ValidationError("Cet UAI est faux : il faut 7 chiffres et une lettre de contrôle, par exemple 0590122M.")


def normalize_uai(value: str) -> str | None:
    """The UAI in `value` as people type it (spaces, lower case), or None when it is not one."""
    candidate = _SPACES.sub("", value[:40]).upper()
    return candidate if is_uai(candidate) else None


def uai_departement(uai: str) -> str:
    """INSEE code of the département (or overseas collectivity) that a valid UAI was given in; "138" is Monaco."""
    prefix = uai[:3]
    if prefix in _DEPARTEMENT_OF_UAI:
        return _DEPARTEMENT_OF_UAI[prefix]
    return prefix[1:] if prefix.startswith("0") else prefix


def normalize_postcode(value: str) -> str | None:
    """A five-digit French postcode, with the zero that a spreadsheet took from its head; None when it is not one."""
    digits = _SPACES.sub("", value[:20])
    if not re.fullmatch("[0-9]{4,5}", digits):
        return None
    return digits.zfill(5)


def postcode_departement(postcode: str) -> str:
    """First digits of a postcode or of its beginning, three overseas: « 59100 » → « 59 », « 97400 » → « 974 ».

    A postcode is La Poste's: in Corsica the answer is « 20 », and a few communes are served from the next département.
    """
    return postcode[: 3 if postcode[:2] in ("97", "98") else 2]


def without_cedex(city: str) -> str:
    """A town's name without the sorting-office mention: « LILLE CEDEX 09 » → « LILLE »."""
    return _CEDEX.sub("", city).strip()
