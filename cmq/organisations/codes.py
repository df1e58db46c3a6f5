"""The two keys of an organisation: UAI and SIRET."""

from django.core.exceptions import ValidationError

from cmq.reference.codes import is_uai

_LA_POSTE_SIREN = "356000000"


def is_siret(value: str) -> bool:
    """Whether `value` is 14 digits with a right check digit: Luhn's, or for La Poste a sum that is a multiple of 5."""
    if len(value) != 14 or not (value.isascii() and value.isdigit()):
        return False
    if value.startswith(_LA_POSTE_SIREN) and sum(int(digit) for digit in value) % 5 == 0:
        return True
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(value)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def validate_siret(value: str) -> None:
    """Raise ValidationError in French unless `value` is a SIRET."""
    if not is_siret(value):
        raise ValidationError("Ce SIRET est faux : il faut 14 chiffres, dont le dernier est un chiffre de contrôle.")


def validate_uai(value: str) -> None:
    """Raise ValidationError in French unless `value` is a UAI."""
    if not is_uai(value):
        raise ValidationError("Cet UAI est faux : il faut 7 chiffres et la lettre de contrôle qui leur correspond.")
