"""What schema.org lets each type that we use say, as a JSON Schema (2020-12): its properties and what they hold.

Written from the pages of the types on schema.org; what a page must say besides its type is what its readers need of it.
"""

from typing import Any

_TEXT = {"type": "string", "minLength": 1}
_WORDS: dict[str, dict[str, Any]] = {
    "Text": _TEXT,
    "URL": {"type": "string", "pattern": r"^https?://[^\s]+$"},
    "Date": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$"},
    "Integer": {"type": "integer", "minimum": 0},
    "Number": {"type": "number"},
    "Boolean": {"type": "boolean"},
}
_THING = {"name": "Text", "description": "Text", "url": "URL", "alternateName": "Text", "sameAs": "URL", "image": "URL"}
_THING |= {"identifier": "PropertyValue", "mainEntityOfPage": "URL"}
_ORGANISATION = {"address": "PostalAddress", "areaServed": "AdministrativeArea", "location": "Place"}
_ORGANISATION |= {"parentOrganization": "EducationalOrganization"}
_WORK = {
    "inLanguage": "Text",
    "license": "URL",
    "keywords": "Text",
    "publisher": "Organization",
    "author": "Person Organization",
}
_WORK |= {"creator": "Organization", "datePublished": "Date", "dateModified": "Date", "isAccessibleForFree": "Boolean"}
_EVENT = {"startDate": "Date", "endDate": "Date", "location": "Place", "organizer": "EducationalOrganization"}
_EVENT |= {"audience": "Audience", "eventStatus": "URL", "eventAttendanceMode": "URL"}
_PROGRAM = {"educationalCredentialAwarded": "Text", "provider": "EducationalOrganization", "offers": "Offer"}
_PROGRAM |= {"startDate": "Date", "maximumEnrollment": "Integer", "occupationalCategory": "CategoryCode"}

# Type → what it must say, what else it may.
_TYPES: dict[str, tuple[str, dict[str, str]]] = {
    "WebSite": ("name url potentialAction", {**_WORK, "potentialAction": "SearchAction"}),
    "SearchAction": ("target query-input", {"target": "EntryPoint", "query-input": "Text"}),
    "EntryPoint": ("urlTemplate", {"urlTemplate": "Text"}),
    "BreadcrumbList": ("itemListElement", {"itemListElement": "ListItem", "numberOfItems": "Integer"}),
    "ItemList": ("itemListElement numberOfItems", {"itemListElement": "ListItem", "numberOfItems": "Integer"}),
    "ListItem": ("position name", {"position": "Integer", "item": "URL"}),
    "Organization": ("name", _ORGANISATION),
    "EducationalOrganization": ("name", _ORGANISATION),
    "Project": ("name description url parentOrganization", _ORGANISATION),
    "Person": ("name", {}),
    "AdministrativeArea": ("name", {}),
    "Country": ("name", {}),
    "Place": ("address", {"address": "PostalAddress", "geo": "GeoCoordinates"}),
    "PostalAddress": (
        "addressCountry",
        dict.fromkeys(["streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry"], "Text"),
    ),
    "GeoCoordinates": ("latitude longitude", {"latitude": "Number", "longitude": "Number"}),
    "Course": ("name description provider", {**_PROGRAM, "hasCourseInstance": "CourseInstance"}),
    "EducationalOccupationalProgram Course": ("name provider", {**_PROGRAM, "hasCourseInstance": "CourseInstance"}),
    "CourseInstance": (
        "courseMode location",
        {**_EVENT, "courseMode": "Text", "location": "Place EducationalOrganization"},
    ),
    "Offer": ("url", {}),
    "Occupation": ("name", {"occupationalCategory": "CategoryCode", "occupationLocation": "Country", "skills": "Text"}),
    "CategoryCode": ("codeValue inCodeSet", {"codeValue": "Text", "inCodeSet": "CategoryCodeSet"}),
    "CategoryCodeSet": ("name", {}),
    "JobPosting": (
        "title description datePosted hiringOrganization",
        {
            **{"title": "Text", "datePosted": "Date", "hiringOrganization": "Organization", "directApply": "Boolean"},
            **{"totalJobOpenings": "Integer", "employmentType": "Text", "jobLocation": "Place", "validThrough": "Date"},
            **{"jobStartDate": "Date", "workHours": "Text", "occupationalCategory": "CategoryCode"},
            **{"relevantOccupation": "Occupation"},
        },
    ),
    "PropertyValue": ("name", {"value": "Text Number"}),
    "Event": ("name startDate location organizer", _EVENT),
    "EventSeries": ("name url organizer", {**_EVENT, "subEvent": "Event"}),
    "Audience": ("audienceType", {"audienceType": "Text"}),
    "NewsArticle": (
        "headline datePublished publisher",
        {**_WORK, "headline": "Text", "articleSection": "Text", "wordCount": "Integer"},
    ),
    "DataCatalog": ("name url dataset", {**_WORK, "dataset": "Dataset"}),
    "Dataset": (
        "name description",
        {**_WORK, "distribution": "DataDownload", "variableMeasured": "PropertyValue"},
    ),
    "DataDownload": ("contentUrl encodingFormat", {**_WORK, "contentUrl": "URL", "encodingFormat": "Text"}),
}


def _held(kinds: str) -> dict[str, Any]:
    one = {"anyOf": [_WORDS.get(kind, {"$ref": f"#/$defs/{kind}"}) for kind in kinds.split()]}
    return {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}


def _type(name: str, must: str, may: dict[str, str]) -> dict[str, Any]:
    names = name.split()
    return {
        "type": "object",
        "required": ["@type", *must.split()],
        "additionalProperties": False,
        "properties": {
            "@context": {"const": "https://schema.org"},
            "@id": _WORDS["URL"],
            "@type": {"const": names if len(names) > 1 else name},
            **{prop: _held(kinds) for prop, kinds in {**_THING, **may}.items()},
        },
    }


_DEFS = {name.replace(" ", "+"): _type(name, *said) for name, said in _TYPES.items()}
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": _DEFS,
    "type": "object",
    "required": ["@context", "@type"],
    # Not « anyOf »: what is wrong is then said of the type that it is wrong in.
    "allOf": [
        {"if": {"properties": {"@type": each["properties"]["@type"]}}, "then": {"$ref": f"#/$defs/{name}"}}
        for name, each in _DEFS.items()
    ],
    "properties": {"@type": {"enum": [each["properties"]["@type"]["const"] for each in _DEFS.values()]}},
}
