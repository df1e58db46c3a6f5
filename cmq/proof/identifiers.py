"""The public identifier of an award: ten signs that a person can copy from paper, « 7K3M9-QX2TA ».

It names the first line of the decision, which no correction changes: a printed code outlives every correction. It is
computed from that line's key both ways, so nothing is stored and no award is without one. Two of the ten signs are a
check: a wrong copy is told from an unknown award.
"""

import hashlib

# Crockford's: no sign that is taken for another.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SIGNS, _CHECK_SIGNS = 8, 2
_SIZE = 32**_SIGNS
# An odd factor turns the numbers over without two meeting: neighbours do not look alike, and nothing counts awards.
_FACTOR = 0x9E3779B97F | 1
_INVERSE: int = pow(_FACTOR, -1, _SIZE)


def public_id(key: int) -> str:
    """The identifier of the award whose first line has this key."""
    signs = _in_signs(key * _FACTOR % _SIZE, _SIGNS)
    whole = signs + _check(signs)
    return f"{whole[:5]}-{whole[5:]}"


def key_of(identifier: str) -> int | None:
    """The key that an identifier stands for, small letters and missing dash forgiven; None for a wrong copy."""
    whole = identifier.upper().replace("-", "").replace(" ", "").translate(_READ_AS)
    if len(whole) != _SIGNS + _CHECK_SIGNS or set(whole) - set(ALPHABET):
        return None
    signs = whole[:_SIGNS]
    if whole[_SIGNS:] != _check(signs):
        return None
    number: int = 0
    for sign in signs:
        number = number * 32 + ALPHABET.index(sign)
    key: int = number * _INVERSE % _SIZE
    return key


def _check(signs: str) -> str:
    return _in_signs(int.from_bytes(hashlib.sha256(f"label:{signs}".encode()).digest()[:2]), _CHECK_SIGNS)


def _in_signs(number: int, length: int) -> str:
    signs = ""
    for _ in range(length):
        signs = ALPHABET[number % 32] + signs
        number //= 32
    return signs
