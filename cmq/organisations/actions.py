"""What happens to organisations and to roles in them."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from cmq.accounts.models import User
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.organisations import roles, rules
from cmq.organisations.models import Kind, Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Academie, Commune, Region


@action
def register_organisation(
    *,
    name: str,
    kind: Kind = Kind.OTHER,
    uai: str = "",
    siret: str = "",
    commune: Commune | None = None,
    website: str = "",
    is_demo: bool = False,
    by: User | None = None,
) -> Organisation:
    """The organisation with these keys: found by UAI, SIRET or name and completed, or new.

    What is already known is kept; only holes are filled. Raises `Refusal` for a false UAI or SIRET.
    """
    name = one_line(name)
    require(name, "Donnez le nom de l’organisation.")
    found = Organisation.objects.known_as(uai=uai, siret=siret, name=name).filter(is_demo=is_demo).first()
    organisation = found or Organisation(name=name, kind=kind, is_demo=is_demo)
    before = _described(organisation)
    organisation.uai = organisation.uai or uai or None
    organisation.siret = organisation.siret or siret or None
    organisation.commune = organisation.commune or commune
    organisation.website = organisation.website or website
    if organisation.kind == Kind.OTHER:
        organisation.kind = kind
    _save(organisation, before, act="organisations.register", is_new=found is None)
    return organisation


@action
def name_keeping_body(name: str, *, is_demo: bool = False) -> Organisation:
    """The body that keeps the register, whose keepers have the keeper's rights; made when it is new.

    For the command line and the demonstration: nobody gets this right through a page.
    """
    body, is_new = Organisation.objects.get_or_create(
        name=one_line(name), is_demo=is_demo, keeps_register=True, defaults={"kind": Kind.STATE_SERVICE}
    )
    if is_new:
        record(body, "organisations.name_keeping_body", f"Organisme qui tient le registre : {body}.")
    return body


@action
def scope_organisation(
    organisation: Organisation, *, region: Region | None, academie: Academie | None = None, by: User | None = None
) -> None:
    """Say where a body has authority: an académie, a region, or (with neither) the nation.

    `by` is None for the command line and the demonstration. Raises `NotAllowed`, `Refusal`.
    """
    require_right(by is None or rules.is_keeper(by))
    require(academie is None or academie.region == region, "Cette académie n’est pas dans cette région.")
    before = [organisation.region_id, organisation.academie_id]
    organisation.region, organisation.academie = region, academie
    after = [organisation.region_id, organisation.academie_id]
    if before == after:
        return
    organisation.save(update_fields=["region", "academie"])
    record(
        organisation,
        "organisations.scope",
        f"Ressort de {organisation} : {academie or region or 'national'}.",
        diff={"region": [before[0], after[0]], "academie": [before[1], after[1]]},
    )


@action
def edit_organisation(
    organisation: Organisation,
    *,
    by: User,
    name: str | None = None,
    kind: Kind | None = None,
    commune: Commune | None,
    website: str,
    seal: str = "",
) -> None:
    """Change the sheet of an organisation; `name` and `kind`, which only keepers change, stay when not given.

    Args:
        seal: of the sheet that the person saw (`rules.sheet_seal`).
    Raises `NotAllowed`, `Refusal`.
    """
    require_right(rules.can_edit(by, organisation))
    organisation = Organisation.objects.select_for_update().get(pk=organisation.pk)
    require(
        not seal or seal == rules.sheet_seal(organisation),
        "Une autre personne a modifié cette fiche entre-temps : rechargez la page, rien n’a été enregistré.",
    )
    before = _described(organisation)
    organisation.commune, organisation.website = commune, website
    if name is not None:
        organisation.name = one_line(name)
    if kind is not None:
        organisation.kind = kind
    is_renamed = (organisation.name, organisation.kind) != (before["name"], before["kind"])
    require_right(not is_renamed or rules.can_rename(by, organisation))
    require(organisation.name, "Donnez le nom de l’organisation.")
    _save(organisation, before, act="organisations.edit", is_new=False)


@action
def invite(
    organisation: Organisation, *, email: str, role: OrganisationRole, by: User | None, at: dt.datetime | None = None
) -> str:
    """Invite an address to a role in an organisation; the token of the invitation is returned.

    `by` is None for the technical command line. Raises `NotAllowed`, `Refusal`.
    """
    if by is not None:
        require_right(rules.can_give(by, organisation, OrganisationRole(role)))
    require(
        role not in rules.OF_THE_REGISTER or organisation.keeps_register,
        "Seul l’organisme qui tient le registre a des gardiens et des rédacteurs.",
    )
    at = at or timezone.now()
    email = User.objects.normalize_email(email)
    existing = OrganisationMembership.objects.filter(organisation=organisation, role=role, ends_on=None)
    require(not existing.filter(invited_email=email).exists(), "Cette adresse est déjà invitée ou a déjà ce rôle.")
    membership = OrganisationMembership(
        organisation=organisation, role=role, invited_email=email, invited_by=by, invited_at=at
    )
    return roles.invite(membership, to_what=str(organisation), at=at)


@action
def end_role(membership: OrganisationMembership, *, by: User, on: dt.date | None = None) -> None:
    """End a role in an organisation, or withdraw an invitation to it. Raises `NotAllowed`, `Refusal`."""
    require_right(rules.can_give(by, membership.organisation, OrganisationRole(membership.role)))
    roles.end(membership, on=on or timezone.localdate())


def _described(organisation: Organisation) -> dict[str, Any]:
    return {
        "name": organisation.name,
        "kind": organisation.kind,
        "uai": organisation.uai,
        "siret": organisation.siret,
        "commune": organisation.commune_id,
        "website": organisation.website,
    }


def _save(organisation: Organisation, before: dict[str, Any], *, act: str, is_new: bool) -> None:
    after = _described(organisation)
    diff = {key: [None if is_new else before[key], after[key]] for key in after if is_new or before[key] != after[key]}
    if not diff:
        return
    try:
        organisation.full_clean()
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error
    organisation.save()
    record(
        organisation,
        act,
        f"{'Organisation inscrite' if is_new else 'Organisation modifiée'} : {organisation}.",
        diff=diff,
    )
