"""The doors of the network, and what stands behind them; read by `doors`."""

import datetime as dt
from typing import Any

from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.rights import Role
from cmq.funding.models import FundingAgreement
from cmq.network.models import Convention, PartnerRequest, RequestState
from cmq.organisations.models import Organisation
from cmq.projects.models import Project
from cmq.reference.models import Commune, School
from cmq.tours.models import Tour
from cmq.trainings.models import Training
from tests.cast import Stage

NOBODY: frozenset[Role] = frozenset()
ON_CAMPUS = frozenset({Role.CONTRIBUTOR, Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN})
IN_ORGANISATION = frozenset({Role.MEMBER, Role.KEEPER, Role.TECHNICIAN})
WRITE: tuple[str, ...] = ("espace_partner_invite", "espace_partner_invite_school", "espace_partner_request")
WRITE += ("espace_convention_new", "espace_convention_change", "espace_convention_withdraw")
OWN = ("espace_organisation_ask", "espace_organisation_request")
# Who reads, who posts.
DOORS: dict[str, tuple[Any, ...]] = {
    "espace_network": (ON_CAMPUS, NOBODY),
    "espace_convention_document": (ON_CAMPUS | IN_ORGANISATION, NOBODY),
    **dict.fromkeys(WRITE, (ON_CAMPUS, ON_CAMPUS)),
    **dict.fromkeys(OWN, (IN_ORGANISATION, IN_ORGANISATION)),
}


def address(stage: Stage, name: str) -> str:
    """The address of a page, about the stage's campus and organisation."""
    campus, organisation = stage.campus, stage.organisation
    about: dict[str, tuple[object, ...]] = {
        "espace_partner_invite": (campus.slug, organisation.pk),
        "espace_partner_invite_school": (campus.slug, School.objects.order_by("pk")[0].uai),
        "espace_convention_new": (campus.slug, stage.member.pk if stage.member else 0),
        "espace_organisation_ask": (organisation.pk,),
    }
    if name.endswith("_request"):
        pk = _request(stage).pk
        about[name] = (organisation.pk, pk) if name in OWN else (campus.slug, pk)
    elif name == "espace_convention_document":
        about[name] = (_convention(stage).pk,)
    elif name in ("espace_convention_withdraw", "espace_convention_change"):
        about[name] = (campus.slug, _convention(stage).pk)
    return reverse(name, args=about.get(name, (campus.slug,)))


def _request(stage: Stage) -> PartnerRequest:
    said: dict[str, Any] = {"from_campus": True, "opened_at": timezone.now(), "family": "scolaire"}
    return PartnerRequest.objects.get_or_create(
        campus=stage.campus, organisation=stage.organisation, state=RequestState.INVITED, defaults=said
    )[0]


def _convention(stage: Stage) -> Convention:
    found = Convention.objects.filter(partnership=stage.member).first()
    if found is None:
        found = Convention(partnership=stage.member, starts_on=timezone.localdate(), document_name="c.pdf")
        found.document_size = 15
        found.document.save("c.pdf", ContentFile(b"%PDF-1.7\n%%EOF\n"))
    return found


def cite_everywhere(campus: Campus, organisation: Organisation) -> None:
    """A training, an agreement, a project and a stop of a campus that cite an organisation."""
    at = timezone.now()
    Training.objects.create(campus=campus, organisation=organisation, title="Domotique", confirmed_on=at.date())
    FundingAgreement.objects.create(campus=campus, kind="autre", funder=organisation, purpose="Former")
    slug = f"de-{campus.pk}-{organisation.pk}"
    project = Project.objects.create(campus=campus, slug=slug, title="Projet", objective="Aider", state="en_cours")
    project.owners.create(campus=campus, asked_at=at, accepted_at=at)
    project.partners.create(organisation=organisation)
    tour = Tour.objects.create(campus=campus, slug=slug, title=slug, summary="Aller", created_at=at)
    soon = at + dt.timedelta(days=3)
    place = f"{organisation}, salle 2"
    commune = Commune.objects.order_by("pk")[0]
    tour.stops.create(starts_at=soon, ends_at=soon + dt.timedelta(hours=1), commune=commune, place=place)
