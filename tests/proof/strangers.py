"""What somebody who does not know us reads in a credential, and what they are refused."""

import base64
import datetime as dt
import gzip
import json

import jwt
import pytest

from cmq.core.errors import Refusal
from cmq.proof import keys, statuses
from cmq.proof.checking import check
from cmq.proof.rules import Award
from cmq.proof.statuses import Purpose
from tests.proof.making import NOW, TODAY


def refused(token: str) -> str:
    with pytest.raises(Refusal) as refusal:
        check(token, on=TODAY)
    return str(refusal.value)


def part(token: str, number: int) -> dict[str, object]:
    text = token.split(".")[number]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def as_files(token: str, award: Award) -> dict[str, str]:
    """What a stranger has downloaded: texts, and nothing of ours."""
    number = award.decision.pk // statuses.SIZE
    lists = {purpose.value: statuses.status_list(purpose, number, at=NOW, on=TODAY) for purpose in Purpose}
    return {"credential": token, "jwks": json.dumps(keys.key_set()), **lists}


def stranger(files: dict[str, str], *, on: dt.datetime = NOW) -> dict[str, object]:
    """PyJWT and the standard library; raises what PyJWT raises, and ValueError when a status says no."""
    published = jwt.PyJWKSet.from_json(files["jwks"])

    def opened(token: str) -> dict[str, object]:
        key = published[jwt.get_unverified_header(token)["kid"]]
        options = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        return jwt.decode(token, key, algorithms=["EdDSA"], options=options)

    said = opened(files["credential"])
    if not said["nbf"] <= on.timestamp() < said["exp"]:
        raise ValueError("out of its time")
    for entry in said["credentialStatus"]:
        listed = opened(files[entry["statusPurpose"]])
        assert listed["id"] == entry["statusListCredential"]
        text = listed["credentialSubject"]["encodedList"]
        assert text[0] == "u"
        bits = gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4)))
        place = int(entry["statusListIndex"])
        assert len(bits) == 16_384
        if bits[place // 8] >> (7 - place % 8) & 1:
            raise ValueError(entry["statusPurpose"])
    return said
