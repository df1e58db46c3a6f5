"""The steps that every file of the demonstration goes through, and the fictional campuses that play them.

In real communes of one region.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications import rules
from cmq.applications.actions import attachments, submission, writing
from cmq.applications.models import ApplicationKind, LabelApplication
from cmq.campaigns.models import Campaign
from cmq.campuses import actions as campuses
from cmq.campuses.models import AreaKind, Campus, CampusField, CampusRole, Category
from cmq.core.days import years_after
from cmq.core.models import Reliability
from cmq.core.partial_dates import PartialDate
from cmq.core.provenance import Origin
from cmq.expertise.actions import assigning, marking
from cmq.expertise.models import Advice
from cmq.instruction import actions as instruction
from cmq.instruction.models import Opinion, OpinionBody
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind
from cmq.operations.demonstration.documents import a_document
from cmq.operations.demonstration.people import REGION, Cast
from cmq.reference.models import Commune, Filiere, Region

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Player:
    """A fictional campus: its name, its filière, the commune of its seat, and how long ago its label began."""

    name: str
    filiere: str
    commune: str
    held_for_years: int = 0
    years: int = 5
    category: Category = Category.CMQ


GLASS = Player("Campus fictif du Verre soufflé", "Matériaux, matériaux innovants", "80021")
DRONES = Player("Campus fictif des Drones maraîchers", "Systèmes innovants, mécatronique", "02691")
LINEN = Player("Campus fictif du Lin tissé", "Création, design, audiovisuel", "59350")
RAIL = Player("Campus fictif du Rail de nuit", "Mobilité, aéronautique, transports terrestres et maritimes", "59606", 3)
FISH = Player("Campus fictif de la Pêche à pied", "Alimentaire, agroalimentaire", "62160", 2)
TIDE = Player("Campus fictif de la Marée haute", "Alimentaire, agroalimentaire", "62193", 2)
CANAL = Player("Campus fictif du Canal et des Péniches", "Services aux entreprises, logistique", "59178", 4)
CLOUDS = Player("Campus fictif des Nuages numériques", "Numérique, télécommunications", "60057")
BREAD = Player("Campus fictif du Pain et des Levains", "Alimentaire, agroalimentaire", "80001")
BRICKS = Player("Campus fictif de la Brique et du Torchis", "Infrastructures, bâtiment, éco-construction", "59017")
WIND = Player("Campus fictif du Vent du large", "Transition énergétique, éco-industrie", "62041")
MUSIC = Player("Campus fictif des Orgues et des Carillons", "Création, design, audiovisuel", "59122")
GARDENS = Player("Campus fictif des Jardins ouvriers", "Services à la personne, bien-être", "62498")
BELLS = Player("Campus fictif des Horloges de beffroi", "Systèmes innovants, mécatronique", "62041")
SHEEP = Player("Campus fictif de la Laine et du Feutre", "Création, design, audiovisuel", "02408")
FOREST = Player("Campus fictif de la Sciure et des Copeaux", "Matériaux, matériaux innovants", "60159")
PUPPETS = Player("Campus fictif des Marionnettes", "Création, design, audiovisuel", "80799")
COOKIES = Player("Campus fictif des Gaufres et Gourmandises", "Tourisme, gastronomie", "59392", 2)


class Play:
    """One campaign being played: who acts, when, and the steps that every file goes through."""

    def __init__(self, campaign: Campaign, cast: Cast, origin: Origin) -> None:
        self.campaign, self.cast, self.origin = campaign, cast, origin

    def campus(self, player: Player, *, on: dt.date) -> Campus:
        """The fictional campus of a player, with its director; made once."""
        known = Campus.objects.filter(name=player.name, is_demo=True).first()
        if known:
            return known
        campus = campuses.enter_campus(
            name=player.name,
            region=Region.objects.get(code=REGION),
            origin=self.origin,
            reliability=Reliability.HIGH,
            is_demo=True,
        )
        campuses.state_fact(campus, field=CampusField.FILIERE, value=player.filiere, origin=self.origin)
        seat = Commune.objects.get(insee_code=player.commune)
        campuses.add_area(campus, kind=AreaKind.SEAT, place=seat, origin=self.origin)
        if player.held_for_years:
            _hold(campus, player, on, self.origin)
        for person, role in ((self.director, CampusRole.DIRECTOR), (self.contributor, CampusRole.CONTRIBUTOR)):
            token = campuses.invite(campus, email=person.email, role=role, by=self.cast.keeper)
            campuses.accept_invitation(token, person=person)
        campus.refresh_from_db()
        return campus

    @property
    def director(self) -> User:
        """Who directs the campuses of the played campaigns."""
        return self.cast["directrice"]

    @property
    def contributor(self) -> User:
        """Who writes with the director."""
        return self.cast["contributeur"]

    def draft(
        self,
        player: Player,
        at: dt.datetime,
        *,
        kind: ApplicationKind = ApplicationKind.FIRST,
        years: int = 5,
        absorbed: tuple[Player, ...] = (),
        is_whole: bool = True,
    ) -> LabelApplication:
        """A file written, whole or in part."""
        campus = self.campus(player, on=timezone.localdate(at))
        application = writing.open_application(campus, campaign=self.campaign, kind=kind, by=self.director, at=at)
        category = Category.EXCELLENCE if kind is ApplicationKind.RAISE else Category.CMQ
        writing.ask(
            application,
            version=application.version,
            category=category,
            filiere=Filiere.objects.get(name=player.filiere),
            territory="Un territoire fictif des Hauts-de-France.",
            duration_years=years,
            absorbed=[self.campus(other, on=timezone.localdate(at)) for other in absorbed],
            by=self.director,
        )
        application.refresh_from_db()
        sections = [each for each in application.sections.all() if rules.is_asked(application, each)]
        for place, section in enumerate(sections if is_whole else sections[:4]):
            writer = self.contributor if place % 3 else self.director
            text = f"{section.title}.\n\nTexte fictif du {player.name}, écrit pour la démonstration."
            writing.save_section(section, text=text, version=section.version, by=writer, at=at + place * DAY / 10)
        for document in rules.expected_documents(application) if is_whole else []:
            content = ContentFile(a_document(f"{document.title} – {player.name}"))
            attachments.attach(
                application,
                name=f"{document.title[:60]}.pdf",
                content=content,
                size=content.size,
                document=document,
                by=self.director,
                at=at,
            )
        return application

    def signing(self, player: Player, at: dt.datetime, **fields: Any) -> LabelApplication:
        """A file that one of the two has signed."""
        application = self.draft(player, at, **fields)
        submission.send_to_signature(application, by=self.director, at=at + DAY)
        return submission.sign_submission(application, by=self.cast["rectrice"], at=at + 2 * DAY)

    def submitted(self, player: Player, at: dt.datetime, **fields: Any) -> LabelApplication:
        """A file handed in."""
        application = self.signing(player, at, **fields)
        signer = self.cast["delegue" if player in (LINEN, WIND) else "president"]
        return submission.sign_submission(application, by=signer, at=at + 3 * DAY)

    def corrected(self, player: Player, at: dt.datetime, *, answer: bool, **fields: Any) -> LabelApplication:
        """A file sent back for two parts, and perhaps handed in again."""
        application = self.submitted(player, at, **fields)
        asked = list(application.sections.all()[:2])
        instruction.ask_correction(
            application,
            sections=asked,
            comment="Chiffrez les besoins et nommez les partenaires (demande fictive).",
            due_on=timezone.localdate(at + 40 * DAY),
            by=self.cast["secretaire"],
            at=at + 6 * DAY,
        )
        if answer:
            for section in asked:
                section.refresh_from_db()
                text = f"{section.text}\n\nDouze entreprises fictives, quarante recrutements par an."
                writing.save_section(section, text=text, version=section.version, by=self.director, at=at + 9 * DAY)
            instruction.answer_correction(application, answer="Besoins chiffrés.", by=self.director, at=at + 10 * DAY)
        application.refresh_from_db()
        return application

    def admitted(self, player: Player, at: dt.datetime, **fields: Any) -> LabelApplication:
        """An admissible file, on which an opinion was given."""
        application = self.submitted(player, at, **fields)
        instruction.rule_admissible(application, by=self.cast["secretaire"], at=at + 8 * DAY)
        request = instruction.ask_opinion(
            application,
            kind=OpinionBody.CAEN,
            body=self.cast.consulted,
            due_on=timezone.localdate(at + 40 * DAY),
            by=self.cast["instructrice"],
            at=at + 9 * DAY,
        )
        instruction.give_opinion(
            request,
            opinion=Opinion.RESERVED if player is DRONES else Opinion.FAVOURABLE,
            reasons="Le besoin local reste à démontrer." if player is DRONES else "",
            given_on=timezone.localdate(at + 20 * DAY),
            by=self.cast["caen"],
            at=at + 21 * DAY,
        )
        application.refresh_from_db()
        return application

    def with_experts(self, player: Player, at: dt.datetime, *, number: int = 2, **fields: Any) -> LabelApplication:
        """A file that experts examine, none having handed in yet."""
        application = self.admitted(player, at, **fields)
        for expert in self.cast.experts[:number]:
            due = timezone.localdate(at + 60 * DAY)
            assigning.assign(application, expert, due_on=due, by=self.cast["secretaire"], at=at + 25 * DAY)
        application.refresh_from_db()
        return application

    def examined(
        self, player: Player, at: dt.datetime, *, advice: Advice = Advice.AWARD, **fields: Any
    ) -> LabelApplication:
        """A file before the college, examined by two experts."""
        application = self.with_experts(player, at, **fields)
        for place, assignment in enumerate(application.assignments.select_related("expert__person")):
            self._mark(application, assignment.pk, place, advice, at + 45 * DAY)
        assigning.send_to_college(application, by=self.cast["secretaire"], at=at + 50 * DAY)
        application.refresh_from_db()
        return application

    def _mark(self, application: LabelApplication, pk: int, place: int, advice: Advice, at: dt.datetime) -> None:
        assignment = application.assignments.select_related("expert__person").get(pk=pk)
        expert = assignment.expert.person
        specification = application.campaign.specification
        levels = list(specification.levels.all())
        base = {Advice.REFUSE: 0, Advice.DEFER: 1}.get(advice, 3)
        for criterion in specification.criteria.all():
            level = levels[min(base + (criterion.number + place) % 2, len(levels) - 1)]
            reason = f"Motif fictif : {level.title.lower()}."
            marking.write_mark(assignment, criterion, level=level, reason=reason, by=expert)
        if application.category == Category.EXCELLENCE:
            for requirement in specification.requirements.all():
                marking.write_requirement_mark(
                    assignment, requirement, is_met=True, reason="Tenue (fictif).", by=expert
                )
        marking.hand_in(assignment, advice=advice, comment="Synthèse fictive de l’expertise.", by=expert, at=at)


def _hold(campus: Campus, player: Player, on: dt.date, origin: Origin) -> None:
    starts = years_after(on, -player.held_for_years)
    terms = Terms(
        category=player.category,
        duration_years=player.years,
        act="Arrêté antérieur (fictif)",
        signed_on=PartialDate.of(starts - 40 * DAY),
        starts_on=PartialDate.of(starts),
        ends_on=PartialDate.of(years_after(starts, player.years) - DAY),
    )
    record_decision(
        campus=campus, kind=DecisionKind.AWARDED, decided_on=PartialDate.of(starts), terms=terms, origin=origin
    )
