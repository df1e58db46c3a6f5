"""Conflicts of interest, computed from the register and the roles in it, with those that were declared.

For one pair or for a whole campaign the number of queries is the same. Only the secretariat and whom it concerns read
the sentences: they say where somebody works.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Q, TextChoices
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.models import LabelApplication, SectionRevision, SubmissionSignature
from cmq.campuses.models import Campus, CampusLink, CampusMembership, CampusRole, LinkKind, PartnerRole, Partnership
from cmq.expertise.models import DeclaredConflict, Expert
from cmq.organisations.models import Organisation, OrganisationMembership, OrganisationRole
from cmq.reference.models import Region


class ConflictKind(TextChoices):
    """What the conflict is."""

    CAMPUS_ROLE = "role", "Rôle dans le campus"
    HOST = "support", "Employeur qui porte ou a porté le campus"
    MEMBER = "membre", "Employeur membre ou ancien membre du campus"
    SAME_EMPLOYER = "employeur", "Même employeur"
    TERRITORY = "territoire", "Même territoire"
    REGION_ROLE = "region", "Rôle dans la région du campus"
    AUTHOR = "auteur", "Auteur ou signataire du dossier"
    DECLARED = "declare", "Conflit déclaré"


@dataclass(frozen=True)
class Conflict:
    """One reason why somebody must not judge a file."""

    kind: ConflictKind
    sentence: str


@dataclass(frozen=True)
class Party:
    """Whose interests are looked at: an expert, or a member of the college."""

    person: int
    email: str
    employer: int | None = None
    region: str | None = None
    expert: int | None = None


@dataclass(frozen=True)
class Matter:
    """What is judged: a file, or a measure on the label of a campus."""

    campus: Campus
    application: int | None = None


# Roles that somebody is given without working there: the authorities name them.
_NAMED_ONLY = (
    OrganisationRole.EXPERT,
    OrganisationRole.AUTHORITY,
    OrganisationRole.OBSERVER,
    OrganisationRole.SECRETARY,
    OrganisationRole.KEEPER,
)
# Who asks for the label, prepares the request or is consulted on it, in a region.
_REGIONAL = (
    OrganisationRole.RECTEUR,
    OrganisationRole.PRESIDENT,
    OrganisationRole.DELEGATE,
    OrganisationRole.INSTRUCTOR,
    OrganisationRole.OPINION,
)

_Found = dict[int, list[Conflict]]


def party_of(expert: Expert) -> Party:
    """An expert (with the person loaded) as a party."""
    return Party(expert.person_id, expert.person.email, expert.employer_id, expert.region_id, expert.pk)


def matter_of(application: LabelApplication) -> Matter:
    """A file (with its campus loaded) as a matter."""
    return Matter(application.campus, application.pk)


def conflicts(expert: Expert, application: LabelApplication) -> list[Conflict]:
    """The conflicts between an expert and a file; empty when there is none."""
    party, matter = party_of(expert), matter_of(application)
    return ConflictTable([party], [matter]).between(party, matter)


def conflicts_of_person(person: User, matter: Matter) -> list[Conflict]:
    """The conflicts between somebody who sits in the college and what is judged there."""
    expert = Expert.objects.select_related("person").filter(person=person).first()
    party = party_of(expert) if expert else Party(person.pk, person.email)
    return ConflictTable([party], [matter]).between(party, matter)


@dataclass
class _Links:
    """What links one party to campuses, to regions and to files."""

    campuses: _Found = field(default_factory=lambda: defaultdict(list))
    files: _Found = field(default_factory=lambda: defaultdict(list))
    regions: dict[str, list[Conflict]] = field(default_factory=lambda: defaultdict(list))


class ConflictTable:
    """The conflicts between several parties and several matters, found in a fixed number of queries."""

    def __init__(self, parties: Sequence[Party], matters: Sequence[Matter]) -> None:
        self._campuses = _concerned(matters)
        names = _names_of({campus for campuses in self._campuses.values() for campus in campuses})
        self._links: dict[int, _Links] = {party.person: _Links() for party in parties}
        self._regions = dict(Region.objects.values_list("code", "name"))
        staff = _CampusPeople(parties, names)
        workplaces = _Workplaces(parties, staff.people)
        self._add_campus_roles(staff)
        self._add_members(workplaces, names)
        self._add_colleagues(staff, workplaces, names)
        self._add_territories(parties, workplaces)
        self._add_authors(parties, matters)
        self._add_declared(parties, names)

    def between(self, party: Party, matter: Matter) -> list[Conflict]:
        """The conflicts of one pair, each said once."""
        links = self._links[party.person]
        found = [each for campus in self._campuses[matter] for each in links.campuses.get(campus, ())]
        found += links.regions.get(matter.campus.region_id, ())
        found += links.files.get(matter.application or 0, ())
        return list(dict.fromkeys(found))

    def is_free(self, party: Party, matter: Matter) -> bool:
        """Whether a pair has no conflict; cheaper than `between`."""
        links = self._links[party.person]
        if matter.campus.region_id in links.regions or matter.application in links.files:
            return False
        return links.campuses.keys().isdisjoint(self._campuses[matter])

    def _add(self, person: int, campus: int, kind: ConflictKind, sentence: str) -> None:
        self._links[person].campuses[campus].append(Conflict(kind, sentence))

    def _add_campus_roles(self, staff: "_CampusPeople") -> None:
        for person, campus, sentence in staff.roles:
            if person in self._links:
                self._add(person, campus, ConflictKind.CAMPUS_ROLE, sentence)

    def _add_members(self, workplaces: "_Workplaces", names: dict[int, str]) -> None:
        """Whose employer is or was a member of the campus, or another establishment of the same company (SIREN)."""
        for line in Partnership.objects.filter(campus__in=names).select_related("organisation").order_by("pk"):
            member, campus = line.organisation, names[line.campus_id]
            is_host, past = line.role == PartnerRole.HOST, "ancien " if line.ends_on else ""
            kind = ConflictKind.HOST if is_host else ConflictKind.MEMBER
            what = "établissement support" if is_host else "membre"
            for person, place in workplaces.at(member):
                if person not in self._links:
                    continue
                if place.pk == member.pk:
                    self._add(person, line.campus_id, kind, f"Travaille pour {place}, {past}{what} du campus {campus}.")
                else:
                    sentence = f"Travaille pour {place}, de la même entreprise que {member}, membre du campus {campus}."
                    self._add(person, line.campus_id, ConflictKind.SAME_EMPLOYER, sentence)

    def _add_colleagues(self, staff: "_CampusPeople", workplaces: "_Workplaces", names: dict[int, str]) -> None:
        """Whose employer is also that of somebody of the campus."""
        for colleague, campus, _ in staff.roles:
            for place in workplaces.of(colleague):
                for person, own in workplaces.at(place):
                    if person in self._links and person != colleague:
                        sentence = f"A le même employeur qu’une personne du campus {names[campus]} : {own}."
                        self._add(person, campus, ConflictKind.SAME_EMPLOYER, sentence)

    def _add_territories(self, parties: Iterable[Party], workplaces: "_Workplaces") -> None:
        for party in parties:
            if party.region:
                sentence = f"Exerce dans la région du campus : {self._regions[party.region]}."
                self._links[party.person].regions[party.region].append(Conflict(ConflictKind.TERRITORY, sentence))
        for person, membership in workplaces.regional:
            body = membership.organisation
            if person in self._links and body.region_id:
                sentence = f"{membership.get_role_display()} dans la région du campus : {body}."
                self._links[person].regions[body.region_id].append(Conflict(ConflictKind.REGION_ROLE, sentence))

    def _add_authors(self, parties: Iterable[Party], matters: Iterable[Matter]) -> None:
        people = [party.person for party in parties]
        files = [matter.application for matter in matters if matter.application]
        signed = SubmissionSignature.objects.filter(by__in=people, application__in=files)
        wrote = SectionRevision.objects.filter(by__in=people, section__application__in=files)
        for lines, sentence in (
            (signed.values_list("by", "application"), "A signé la demande conjointe."),
            (wrote.values_list("by", "section__application"), "A écrit dans le dossier."),
        ):
            for person, file in lines.order_by("by").distinct():
                self._links[person].files[file].append(Conflict(ConflictKind.AUTHOR, sentence))

    def _add_declared(self, parties: Iterable[Party], names: dict[int, str]) -> None:
        person_of = {party.expert: party.person for party in parties if party.expert}
        declared = DeclaredConflict.objects.filter(expert__in=person_of, campus__in=names)
        for expert, campus, reason in declared.values_list("expert", "campus", "reason"):
            self._add(person_of[expert], campus, ConflictKind.DECLARED, f"Conflit déclaré : {reason}")


def _concerned(matters: Sequence[Matter]) -> dict[Matter, frozenset[int]]:
    """The campuses that each matter concerns: its own, those it absorbs, and those that the register says led to it."""
    files = [matter.application for matter in matters if matter.application]
    absorbed = LabelApplication.absorbed.through.objects.filter(labelapplication__in=files)
    of_file: dict[int, set[int]] = defaultdict(set)
    for file, campus in absorbed.values_list("labelapplication", "campus"):
        of_file[file].add(campus)
    targets = {matter.campus.pk for matter in matters} | {each for campuses in of_file.values() for each in campuses}
    led_to = CampusLink.objects.filter(to_campus__in=targets, kind__in=[LinkKind.CONTINUED_BY, LinkKind.MERGED_INTO])
    before: dict[int, set[int]] = defaultdict(set)
    for campus, target in led_to.values_list("from_campus", "to_campus"):
        before[target].add(campus)
    found = {}
    for matter in matters:
        own = {matter.campus.pk} | of_file.get(matter.application or 0, set())
        found[matter] = frozenset(own.union(*(before.get(campus, set()) for campus in own)))
    return found


def _names_of(campuses: Iterable[int]) -> dict[int, str]:
    return dict(Campus.objects.filter(pk__in=campuses).values_list("pk", "name"))


class _CampusPeople:
    """Who has or had a role in the campuses, or is invited to one."""

    def __init__(self, parties: Iterable[Party], names: dict[int, str]) -> None:
        by_email = {party.email: party.person for party in parties}
        today: dt.date = timezone.localdate()
        self.roles: list[tuple[int, int, str]] = []
        lines = CampusMembership.objects.filter(campus__in=names).filter(
            Q(person__isnull=False) | Q(ends_on=None, invited_email__in=by_email)
        )
        columns = ("person", "invited_email", "campus", "role", "ends_on")
        for person, email, campus, role, ends_on in lines.order_by("pk").values_list(*columns):
            had = "A eu" if ends_on and ends_on <= today else "A" if person else "Est invité à avoir"
            sentence = f"{had} un rôle dans le campus {names[campus]} : {CampusRole(role).label}."
            self.roles.append((person or by_email[email], campus, sentence))
        self.people = {person for person, _, _ in self.roles}


class _Workplaces:
    """Where parties and the people of campuses work: their stated employer, the bodies in which they have a role."""

    def __init__(self, parties: Sequence[Party], others: set[int]) -> None:
        people = {party.person for party in parties} | others
        self._of: dict[int, dict[int, Organisation]] = defaultdict(dict)
        self._at: dict[int, set[int]] = defaultdict(set)
        self._in_company: dict[str, set[tuple[int, int]]] = defaultdict(set)
        self.regional: list[tuple[int, OrganisationMembership]] = []
        for expert in Expert.objects.filter(person__in=people, employer__isnull=False).select_related("employer"):
            if expert.employer is not None:
                self._put(expert.person_id, expert.employer)
        roles = OrganisationMembership.objects.filter(person__in=people).exclude(role__in=_NAMED_ONLY)
        for membership in roles.select_related("organisation").order_by("pk"):
            if membership.person_id is not None:
                self._put(membership.person_id, membership.organisation)
                if membership.role in _REGIONAL:
                    self.regional.append((membership.person_id, membership))

    def _put(self, person: int, place: Organisation) -> None:
        self._of[person][place.pk] = place
        self._at[place.pk].add(person)
        if place.siret:
            self._in_company[place.siret[:9]].add((person, place.pk))

    def of(self, person: int) -> list[Organisation]:
        """Where somebody works."""
        return list(self._of.get(person, {}).values())

    def at(self, place: Organisation) -> list[tuple[int, Organisation]]:
        """Who works there, or in another establishment of the same company, and where exactly."""
        found = {(person, place.pk) for person in self._at.get(place.pk, ())}
        if place.siret:
            found |= self._in_company.get(place.siret[:9], set())
        return [(person, self._of[person][pk]) for person, pk in sorted(found)]
