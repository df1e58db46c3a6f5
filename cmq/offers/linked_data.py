"""An offer as schema.org says it (JobPosting): what search engines may show. Nothing that is not known is made up."""

from typing import Any

from cmq.careers.linked_data import rome_code
from cmq.offers.models import ContractKind, JobOffer, OfferKind

_EMPLOYMENT = {
    ContractKind.PERMANENT: "FULL_TIME",
    ContractKind.FIXED_TERM: "TEMPORARY",
    ContractKind.TEMPORARY: "TEMPORARY",
    ContractKind.INTERNSHIP: "INTERN",
    ContractKind.SELF_EMPLOYED: "CONTRACTOR",
}
# Code du travail, L. 3121-27: the lawful week; below, it is part time (L. 3123-1).
_FULL_WEEK = 35


def described(offer: JobOffer, *, site: str) -> dict[str, Any]:
    """The linked data of an open offer.

    Args:
        offer: with its job, commune and origins.
        site: the address of this site.
    """
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "JobPosting",
        "title": offer.title,
        "description": offer.text or offer.title,
        "datePosted": offer.published_at.isoformat(),
        "url": f"{site}{offer.get_absolute_url()}",
        "hiringOrganization": _employer(offer),
        "directApply": False,
        "totalJobOpenings": offer.positions,
        "employmentType": _employment(offer),
    }
    said |= {"jobLocation": location} if (location := _place(offer)) else {}
    said |= {"validThrough": offer.expires_at.isoformat()} if offer.expires_at else {}
    said |= {"jobStartDate": offer.starts_on.isoformat()} if offer.starts_on else {}
    said |= {"workHours": f"{offer.weekly_hours:g} h par semaine"} if offer.weekly_hours else {}
    if offer.occupation:
        code = rome_code(offer.occupation.code)
        said |= {
            "occupationalCategory": code,
            "relevantOccupation": {"@type": "Occupation", "name": str(offer.occupation)},
        }
    origins = [each for each in offer.origins.all() if each.gone_at is None]
    if origins:
        said["identifier"] = {
            "@type": "PropertyValue",
            "name": origins[0].get_source_display(),
            "value": origins[0].number,
        }
    return said


def _employer(offer: JobOffer) -> dict[str, Any]:
    if not offer.employer_name:
        # The word that search engines ask for when the employer does not show itself.
        return {"@type": "Organization", "name": "confidential"}
    said: dict[str, Any] = {"@type": "Organization", "name": offer.employer_name}
    if offer.siret:
        said["identifier"] = {"@type": "PropertyValue", "name": "SIRET", "value": offer.siret}
    return said


def _employment(offer: JobOffer) -> str:
    if offer.kind == OfferKind.INTERNSHIP:
        return "INTERN"
    if offer.weekly_hours and offer.weekly_hours < _FULL_WEEK:
        return "PART_TIME"
    if offer.contract in (ContractKind.APPRENTICESHIP, ContractKind.PROFESSIONALISATION):
        return "OTHER"
    return _EMPLOYMENT.get(ContractKind(offer.contract), "OTHER") if offer.contract else "OTHER"


def _place(offer: JobOffer) -> dict[str, Any] | None:
    if offer.commune is None and offer.latitude is None:
        return None
    address: dict[str, Any] = {"@type": "PostalAddress", "addressCountry": "FR"}
    if offer.commune:
        address["addressLocality"] = offer.commune.name
        address["addressRegion"] = offer.commune.departement.name
    said: dict[str, Any] = {"@type": "Place", "address": address}
    if offer.latitude is not None:
        said["geo"] = {"@type": "GeoCoordinates", "latitude": offer.latitude, "longitude": offer.longitude}
    return said
