"""What the fictional campuses do, together and apart: projects, practices taken up, needs and offers."""

import datetime as dt
import io
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont

from cmq.accounts.models import User
from cmq.campuses.models import Campus
from cmq.complements import actions as complements
from cmq.complements.actions import NoticeTerms
from cmq.complements.models import NoticeKind, Topic
from cmq.core.partial_dates import PartialDate
from cmq.operations.demonstration.people import Cast
from cmq.organisations.models import Organisation
from cmq.projects import actions as projects
from cmq.projects.actions import ProjectTerms, SentPicture
from cmq.projects.models import Project, ProjectState
from cmq.projects.rules import ResultRow
from cmq.reference.audiences import Audience

MAIN = "Campus fictif des Métiers du Bien-vieillir"
WOOD = "Campus fictif du Bois et des Charpentes"
TABLES = "Campus fictif des Tables de l’Ouest"
VINES = "Campus fictif de la Vigne et du Chai"
LOOMS = "Campus fictif des Métiers à tisser"
OCEAN = "Campus fictif des Énergies de l’Océan"


def build(cast: Cast, *, on: dt.date) -> None:
    """The projects, then the needs and offers, around the day `on`."""
    campuses = {campus.name: campus for campus in Campus.objects.filter(is_demo=True)}
    director = cast["directrice"]
    at = timezone.make_aware(dt.datetime.combine(on, dt.time(10)))
    _house(campuses, director, at)
    _together(campuses, director, at)
    _elsewhere(campuses, director, at)
    _board(campuses, director, at)


def _terms(title: str, objective: str, *audiences: Audience, year: int, **fields: object) -> ProjectTerms:
    said = {"audiences": audiences, "starts_on": PartialDate(year), "is_public": True, **fields}
    return ProjectTerms(title, f"{objective} (Projet fictif.)", **said)  # type: ignore[arg-type]


def _enter(campus: Campus, terms: ProjectTerms, state: ProjectState, at: dt.datetime, *partners: str) -> Project:
    named = Organisation.objects.filter(is_demo=True, name__in=partners)
    return projects.enter_project(campus, terms=terms, partners=named, state=state, by=None, at=at)


def _house(campuses: dict[str, Campus], director: User, at: dt.datetime) -> None:
    """The main campus's own: one offered as a practice and taken up elsewhere, one done, one that is an idea."""
    terms = _terms(
        "Maison témoin de la domotique",
        "Former les aides à domicile aux équipements qui permettent de vieillir chez soi.",
        Audience.EMPLOYEES,
        Audience.APPRENTICES,
        Audience.CARE_TRAINEES,
        year=at.year - 2,
        budget=Decimal("84500.00"),
        reusable="Le plan de la maison, la liste des équipements et les six séquences de formation.",
    )
    partners = ("Domotique et Compagnie (fictive)", "Lycée fictif des Dunes")
    house = _enter(campuses[MAIN], terms, ProjectState.RUNNING, at, *partners)
    rows = [
        ResultRow("Personnes formées", "personnes", Decimal(120), Decimal(96)),
        ResultRow("Visites de la maison", "visites", Decimal(40), Decimal(47)),
    ]
    projects.set_results(house, rows=rows, version=1, by=director)
    _draw(house, "Maison temoin", "Dessin de démonstration : une maison et le mot « démonstration ».", "#6a6af4")
    projects.publish_practice(house, by=director, at=at)
    projects.take_up(house, campuses[OCEAN], by=None, at=at)
    week = _terms(
        "Semaine des métiers de l’autonomie",
        "Faire connaître les métiers du grand âge dans les collèges et lycées du littoral.",
        Audience.PUPILS,
        Audience.PUBLIC,
        year=at.year - 1,
        ends_on=PartialDate(at.year - 1, 11),
    )
    done = _enter(campuses[MAIN], week, ProjectState.DONE, at, "Communauté fictive des Deux-Rives")
    projects.set_results(done, rows=[ResultRow("Élèves reçus", "élèves", None, Decimal(640))], version=1, by=None)
    idea = _terms(
        "Vivier de remplacement", "Remplacer les salariés qui partent en formation.", year=at.year, is_public=False
    )
    _enter(campuses[MAIN], idea, ProjectState.IDEA, at)


def _together(campuses: dict[str, Campus], director: User, at: dt.datetime) -> None:
    """One project of two campuses, and one that the main campus is asked to own."""
    terms = _terms(
        "Bien manger à tout âge",
        "Des menus adaptés aux personnes âgées, cuisinés par les apprentis des deux campus.",
        Audience.APPRENTICES,
        Audience.PUBLIC,
        year=at.year - 1,
    )
    joint = _enter(campuses[MAIN], terms, ProjectState.RUNNING, at, "IFAS fictif de la Canche")
    _draw(
        joint,
        "Le gout a tout age",
        "Dessin de démonstration : une maison verte et le mot « démonstration ».",
        "#00755a",
    )
    owner = projects.ask_owner(joint, campuses[TABLES], by=director, at=at)
    projects.accept_owner(owner, by=None, at=at)
    harvest = _terms(
        "Vendanges solidaires", "Ouvrir les vendanges à des demandeurs d’emploi.", Audience.JOB_SEEKERS, year=at.year
    )
    asked = _enter(campuses[VINES], harvest, ProjectState.IDEA, at)
    projects.ask_owner(asked, campuses[MAIN], by=None, at=at)


def _elsewhere(campuses: dict[str, Campus], director: User, at: dt.datetime) -> None:
    """One project at least in every other campus; a practice that the main campus takes up."""
    site = _terms(
        "Chantier-école ouvert aux riverains",
        "Montrer un chantier de charpente à qui passe, chaque premier samedi du mois.",
        Audience.APPRENTICES,
        Audience.PUBLIC,
        year=at.year - 2,
        reusable="Le protocole de sécurité et les panneaux, à imprimer tels quels.",
    )
    open_site = _enter(campuses[WOOD], site, ProjectState.RUNNING, at)
    _draw(
        open_site, "Chantier ecole", "Dessin de démonstration : une charpente et le mot « démonstration ».", "#b34000"
    )
    projects.publish_practice(open_site, by=None, at=at)
    taken = projects.take_up(open_site, campuses[MAIN], by=director, at=at)
    ours = "Ouvrir de même, un samedi par mois, le chantier de la maison témoin."
    shown = _terms(taken.title, ours, *site.audiences, year=at.year)
    projects.change_project(taken, terms=shown, version=taken.version, by=director)
    cloth = _terms(
        "Textiles pour le soin", "Tisser des draps qui préviennent les escarres.", Audience.STUDENTS, year=at.year - 3
    )
    given_up = _enter(campuses[LOOMS], cloth, ProjectState.RUNNING, at)
    projects.move_project(given_up, to=ProjectState.ABANDONED, reason="Le fabricant fictif s’est retiré.", by=None)
    boat = _terms(
        "Bateau-école de l’énergie",
        "Un bateau où l’on apprend à produire et stocker l’électricité.",
        Audience.STUDENTS,
        year=at.year,
    )
    _enter(campuses[OCEAN], boat, ProjectState.IDEA, at)


def _board(campuses: dict[str, Campus], director: User, at: dt.datetime) -> None:
    """Needs and offers, one answered, one closed; a suggestion set aside."""
    until = timezone.localdate(at) + dt.timedelta(days=120)
    need, offer = NoticeKind.NEED, NoticeKind.OFFER

    def post(name: str, kind: NoticeKind, topic: Topic, title: str, text: str, by: User | None = None) -> object:
        terms = NoticeTerms(kind=kind, topic=topic, title=title, text=f"{text} (Fictif.)", until=until)
        return complements.post_notice(campuses[name], terms=terms, by=by, at=at)

    kitchen = complements.post_notice(
        campuses[MAIN],
        terms=NoticeTerms(
            kind=need,
            topic=Topic.EQUIPMENT,
            title="Cherche une cuisine pédagogique deux journées",
            text="Pour quinze aides à domicile, au printemps. (Fictif.)",
            until=until,
            audience=Audience.EMPLOYEES,
        ),
        by=director,
        at=at,
    )
    post(TABLES, offer, Topic.EQUIPMENT, "Cuisine pédagogique libre le vendredi", "Vingt postes, une salle de cours.")
    complements.answer_notice(
        kitchen, campus=campuses[TABLES], text="Notre cuisine est libre en avril. (Fictif.)", by=None, at=at
    )
    post(MAIN, offer, Topic.SKILL, "Une formatrice en domotique intervient chez vous", "Trois jours par trimestre.")
    post(VINES, need, Topic.SKILL, "Cherche une intervention sur les capteurs", "Pour le suivi des chais.")
    post(OCEAN, need, Topic.PROJECT, "Cherche un campus pour une réponse à un appel à projets", "Avant l’été.")
    closed = complements.post_notice(
        campuses[MAIN],
        terms=NoticeTerms(
            kind=need, topic=Topic.PLACE, title="Cherche une salle de 80 places", text="Fictif.", until=until
        ),
        by=director,
        at=at,
    )
    complements.close_notice(closed, outcome="Salle trouvée à Berck (fictif).", by=director, at=at)
    complements.dismiss(campuses[MAIN], campuses[LOOMS], reason="Projet arrêté là-bas (fictif)", by=director, at=at)


def _draw(project: Project, word: str, alternative: str, color: str) -> None:
    """Add a picture that cannot be taken for a photograph."""
    image = Image.new("RGB", (640, 400), "#f6f6f6")
    pen = ImageDraw.Draw(image)
    pen.polygon([(180, 220), (320, 90), (460, 220)], fill=color)
    pen.rectangle([(210, 220), (430, 330)], outline=color, width=8)
    pen.text((20, 16), f"{word} - DEMONSTRATION", fill="#161616", font=ImageFont.load_default(size=24))
    written = io.BytesIO()
    image.save(written, "PNG")
    data = written.getvalue()
    sent = SentPicture("demonstration.png", ContentFile(data), len(data), "Dessin du site, fictif", alternative)
    projects.add_picture(project, picture=sent, by=None)
