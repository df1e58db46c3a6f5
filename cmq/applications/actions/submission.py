"""The joint request: sent to signature, signed by both, in on the last signature, with a receipt."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications import rules
from cmq.applications.actions.moves import lock, move
from cmq.applications.models import ApplicationState, LabelApplication, RequestSide, SubmissionSignature
from cmq.campuses.models import CampusMembership, CampusRole
from cmq.core import mail
from cmq.core.errors import require, require_right
from cmq.core.feed import action, record
from cmq.organisations.models import MembershipQuerySet, OrganisationMembership, OrganisationRole


@action
def send_to_signature(
    application: LabelApplication, *, by: User, step: int | None = None, at: dt.datetime | None = None
) -> LabelApplication:
    """Close the writing and ask both signers. Raises `NotAllowed`, and `Refusal` while something is missing."""
    at = at or timezone.now()
    application = lock(application, step=step)
    require_right(rules.can_conduct(by, application))
    lacks = rules.missing(application)
    require(not lacks, "Le dossier n’est pas complet. " + " ".join(lack.wording for lack in lacks[:3]))
    _require_in_time(application, at)
    application = move(application, ApplicationState.SIGNING, by=by, at=at)
    for person in signers_of(application):
        _write(application, person, "mail/signature_asked", f"signature-asked:{application.pk}:{application.step}")
    return application


@action
def recall(
    application: LabelApplication, *, reason: str, by: User, step: int | None = None, at: dt.datetime | None = None
) -> LabelApplication:
    """Take a file back from signature to be written again; signatures given are void.

    By the director of the campus, or by one of the signers. Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    application = lock(application, step=step)
    require_right(rules.can_conduct(by, application) or rules.can_sign(by, application))
    require(reason.strip(), "Dites pourquoi le dossier est rappelé.")
    application.signatures.filter(voided_at=None).update(voided_at=at)
    return move(application, ApplicationState.DRAFT, by=by, at=at, reason=reason)


@action
def sign_submission(
    application: LabelApplication,
    *,
    by: User,
    side: RequestSide | None = None,
    step: int | None = None,
    at: dt.datetime | None = None,
) -> LabelApplication:
    """Sign the joint request; on the last signature the file is submitted, sealed and receipted.

    Args:
        side: for whom, when the person could sign for both.
    Raises `NotAllowed`; `Refusal` when it is too late, signed already, or the file is not in signature.
    """
    at = at or timezone.now()
    application = lock(application, step=step)
    mine = [each for each in rules.qualities(by, application) if side in (None, each.side)]
    require_right(mine, "Vous ne signez pas pour cette région.")
    require(application.state == ApplicationState.SIGNING, "Ce dossier n’est pas en signature.")
    _require_in_time(application, at)
    given = set(application.signatures.filter(voided_at=None).values_list("side", flat=True))
    still = [each for each in mine if each.side not in given]
    require(still, "Cette signature est déjà donnée.")
    quality = still[0]
    digest = rules.digest_of(application)
    signature = SubmissionSignature.objects.create(
        application=application,
        side=quality.side,
        by=by,
        signer=f"{by}, {quality.wording}"[:300],
        delegated_since=quality.delegated_since,
        signed_at=at,
        digest=digest,
    )
    summary = f"{application.reference} : signé pour « {quality.side.label} »."
    record(signature, "applications.sign", summary, diff={"digest": ["", digest]}, is_private=True)
    if {*given, quality.side} == set(RequestSide):
        application = _submit(application, digest, by, at)
    return application


@action
def withdraw(
    application: LabelApplication, *, reason: str, by: User, step: int | None = None, at: dt.datetime | None = None
) -> LabelApplication:
    """Give a request up, by the director of the campus, until the authorities have decided.

    Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    application = lock(application, step=step)
    require_right(rules.can_conduct(by, application))
    require(reason.strip(), "Dites pourquoi la demande est retirée.")
    return move(application, ApplicationState.WITHDRAWN, by=by, at=at, reason=reason)


def signers_of(application: LabelApplication) -> list[User]:
    """Those who may sign the joint request."""
    heads = (OrganisationRole.RECTEUR, OrganisationRole.PRESIDENT, OrganisationRole.DELEGATE)
    found = OrganisationMembership.objects.active(timezone.localdate()).filter(
        role__in=heads, organisation__region=application.campus.region_id, organisation__academie=None
    )
    return _people(found.filter(organisation__is_demo=application.campus.is_demo))


def directors_of(application: LabelApplication) -> list[User]:
    """The directors of the campus."""
    found = CampusMembership.objects.active(timezone.localdate())
    return _people(found.filter(campus=application.campus_id, role=CampusRole.DIRECTOR))


def _people(found: MembershipQuerySet[Any]) -> list[User]:
    people = {each.person_id: each.person for each in found.select_related("person").order_by("pk")}
    return [person for person in people.values() if person is not None]


def _submit(application: LabelApplication, digest: str, by: User, at: dt.datetime) -> LabelApplication:
    application.submitted_at, application.digest = at, digest
    application.save(update_fields=["submitted_at", "digest"])
    application = move(application, ApplicationState.SUBMITTED, by=by, at=at)
    signatures = list(application.signatures.filter(voided_at=None))
    for person in {each.pk: each for each in [*directors_of(application), *signers_of(application)]}.values():
        key = f"receipt:{application.pk}:{application.step}"
        _write(application, person, "mail/submission_receipt", key, signatures=signatures)
    return application


def _require_in_time(application: LabelApplication, at: dt.datetime) -> None:
    campaign = application.campaign
    require(at >= campaign.opens_at, "Le dépôt n’est pas encore ouvert.")
    until = campaign.submission_until
    require(
        until is None or at <= until,
        f"Le dépôt de cette campagne s’est terminé le {timezone.localtime(until):%d/%m/%Y à %H:%M:%S}."
        if until
        else "",
    )


def _write(application: LabelApplication, person: User, template: str, key: str, **context: object) -> None:
    mail.post(
        person.email,
        template,
        {
            "application": application,
            "person": person,
            "link": f"{settings.SITE_URL}{application.get_absolute_url()}",
            "site_url": settings.SITE_URL,
            "site_name": settings.SITE_NAME,
            **context,
        },
        key=f"{key}:{person.pk}",
    )
