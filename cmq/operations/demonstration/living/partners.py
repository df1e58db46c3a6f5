"""How the fictional campuses gain members: one invited, one asking, one agreed with its convention, one in two."""

import datetime as dt

from django.core.files.base import ContentFile

from cmq.campuses.actions import add_partner
from cmq.campuses.models import Campus, PartnerRole
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.network.actions import Sent, Terms, ask_to_join, close_request, invite_partner, sign_convention
from cmq.network.models import RequestState
from cmq.operations.demonstration.documents import a_document
from cmq.operations.demonstration.people import Cast
from cmq.organisations.actions import register_organisation
from cmq.organisations.models import Kind, Organisation

MAIN = "Campus fictif des Métiers du Bien-vieillir"
WOOD = "Campus fictif du Bois et des Charpentes"


def build(cast: Cast, origin: Origin, *, on: dt.date) -> None:
    """Around the day `on`; who has left the main campus, its register part says."""
    main, wood = (Campus.objects.get(name=name, is_demo=True) for name in (MAIN, WOOD))
    director, keeper = cast["directrice"], cast.keeper
    mission = register_organisation(name="Mission locale fictive des Estuaires", kind=Kind.LOCAL_MISSION, is_demo=True)
    invite_partner(main, mission, terms=Terms(message="Vos publics cherchent nos métiers. (Fictif.)"), by=director)
    laboratory = register_organisation(name="Laboratoire fictif du Grand Âge", kind=Kind.LABORATORY, is_demo=True)
    ask_to_join(main, laboratory, terms=Terms(message="Nous étudions la domotique. (Fictif.)"), by=keeper)
    lycee = Organisation.objects.get(name="Lycée fictif des Dunes", is_demo=True)
    invite_partner(wood, lycee, terms=Terms(message="Un module commun ? (Fictif.)"), by=keeper)
    home = register_organisation(name="Maisons fictives du Ponant", kind=Kind.FACILITY_MANAGER, is_demo=True)
    asked = ask_to_join(main, home, terms=Terms(), by=keeper)
    member = close_request(asked, to=RequestState.AGREED, answer="Bienvenue. (Fictif.)", by=director)
    content = a_document("Convention de partenariat")
    document = Sent("convention-fictive.pdf", ContentFile(content), len(content))
    if member:
        ends_on = on + dt.timedelta(days=3 * 365)
        sign_convention(member, starts_on=on, ends_on=ends_on, document=document, by=director)
    university = Organisation.objects.get(name="Université fictive du Littoral rêvé", is_demo=True)
    add_partner(
        wood, university, role=PartnerRole.ASSOCIATED, starts_on=PartialDate(on.year - 2), origin=origin, by=None
    )
