"""The signed credential of an award: a W3C Verifiable Credential (2.0) shaped as Open Badges 3.0.

Anyone can check it without us (`docs/guide/verifier.md`). It says what the register knows for certain on the day it is
made. Its status entries name the *line* of the decision that it was made from: a correction makes another line, and
revokes what was said before.
"""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from cmq.campuses.models import Category
from cmq.core.errors import require
from cmq.labels.models import LabelDecision
from cmq.proof import keys, tokens
from cmq.proof.rules import Award, Standing, standing_on
from cmq.proof.statuses import entries
from cmq.proof.wording import doubts

CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
PARIS = ZoneInfo("Europe/Paris")
TITLE = "Label « Campus des métiers et des qualifications »"
DEMONSTRATION = "DÉMONSTRATION"


def refusal(award: Award, *, on: dt.date) -> str:
    """Why no credential is given for an award on that day, in French; empty when it is given."""
    if reasons := doubts(award):
        return f"Le registre ne signe que ce qu’il sait au jour près. Or {', et '.join(reasons)}."
    standing = standing_on(award, on)
    if standing not in (Standing.VALID, Standing.NOT_BEGUN):
        return f"Le label est aujourd’hui dans l’état « {standing.label.lower()} » : rien n’est à justifier."
    return ""


def issue(award: Award, *, at: dt.datetime) -> str:
    """The credential, signed with the current key. Raises `Refusal`."""
    problem = refusal(award, on=at.astimezone(PARIS).date())
    require(not problem, problem)
    return tokens.sign(content(award, at=at))


def content(award: Award, *, at: dt.datetime) -> dict[str, Any]:
    """What the credential says, before it is signed."""
    label = award.label
    assert label is not None and label.ends_from is not None
    begins, ends = _midnight(label.starts_from), _midnight(label.ends_from + dt.timedelta(days=1))
    issuer = keys.issuer()
    said: dict[str, Any] = {
        "@context": CONTEXT,
        "id": address(award),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": _named(award, f"{TITLE} – {award.campus.name}"),
        "issuer": {
            "id": issuer,
            "type": ["Profile"],
            "name": settings.SITE_OWNER or settings.SITE_NAME,
            "url": settings.SITE_URL,
        },
        "validFrom": begins.isoformat(),
        "validUntil": (ends - dt.timedelta(seconds=1)).isoformat(),
        "credentialSubject": _subject(award),
        "credentialStatus": entries(award.decision),
    }
    if evidence := _evidence(award.decision):
        said["evidence"] = [evidence]
    # The same once more under the names that every JWT library checks by itself.
    claims = {"iss": issuer, "sub": said["credentialSubject"]["id"], "jti": f"{said['id']}#{award.decision.pk}"}
    instants = {"iat": at, "nbf": begins, "exp": ends}
    return said | claims | {name: int(instant.timestamp()) for name, instant in instants.items()}


def address(award: Award) -> str:
    """Where the award is verified: its name, in credentials and on paper."""
    return f"{settings.SITE_URL}/label/verifier/{award.public_id}/"


def _subject(award: Award) -> dict[str, Any]:
    campus, label = award.campus, award.label
    assert label is not None and label.ends_from is not None
    category = Category(label.category).label if label.category else ""
    return {
        "id": f"{settings.SITE_URL}{campus.get_absolute_url()}",
        "type": ["AchievementSubject"],
        "activityStartDate": _midnight(label.starts_from).isoformat(),
        "activityEndDate": _midnight(label.ends_from).isoformat(),
        "achievement": {
            "id": f"{settings.SITE_URL}/label/verifier/#{label.category or 'categorie-inconnue'}",
            "type": ["Achievement"],
            "achievementType": "QualityAssuranceCredential",
            "inLanguage": "fr",
            "name": f"{TITLE}{f', catégorie {category}' if category else ''}",
            "description": _named(award, _description(award, category)),
            "criteria": {
                "narrative": "Critères du cahier des charges national, articles D.335-33 à D.335-35 du code de "
                "l’éducation."
            },
        },
    }


def _description(award: Award, category: str) -> str:
    label = award.label
    assert label is not None
    computed = " (fin calculée : date de la décision plus durée)" if label.end_is_computed else ""
    return (
        f"{award.campus.name}, {award.campus.region.name}. Catégorie : {category or 'non connue'}. "
        f"Du {label.starts_from:%d/%m/%Y} au {label.ends_from:%d/%m/%Y} inclus{computed}."
    )


def _evidence(decision: LabelDecision) -> dict[str, Any] | None:
    """The act, as far as it is known."""
    parts = [
        decision.act,
        f"NOR {decision.nor}" if decision.nor else "",
        f"signé le {decision.signed_on}" if decision.signed_on else "",
        f"publié le {decision.published_on}" if decision.published_on else "",
    ]
    told = ", ".join(part for part in parts if part)
    return {"type": ["Evidence"], "name": "Acte qui attribue le label", "narrative": told} if told else None


def _named(award: Award, text: str) -> str:
    return f"{DEMONSTRATION} – {text.rstrip('.')}. Ce campus n’existe pas." if award.campus.is_demo else text


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), tzinfo=PARIS)
