"""What the test set searches among: the register and the jobs that every copy of the product carries, with trainings
and offers made up by a seeded draw around them. No real training, employer or offer is in it."""

import datetime as dt
import random

from django.utils import timezone

from cmq.careers.actions import load_occupations
from cmq.careers.models import Occupation
from cmq.catalogue.models import Course
from cmq.core.inserting import insert_rows
from cmq.core.text import fold
from cmq.imports.actions import load_register
from cmq.offers.models import ContractKind, JobOffer, OfferKind
from cmq.reference.models import Commune
from cmq.search.words import listed

# Towns of the questions, and others: a job that is often looked for is hired for and taught in each.
TOWNS = listed(
    "62108 62041 62160 59350 59183 59368 69123 13055 44109 44184 33063 31555 35238 67482 75056 75115 06088 49007 42218"
    " 25056 80021 29019 72181 34172 76540 51454 54395 63113 86194 97411 92050 93066"
)
# Title, level, ROME code: diplomas that exist, given at schools that do not.
DIPLOMAS = (
    ("Diplôme d’État d’aide-soignant (DEAS)", 4, "J1501"),
    ("Diplôme d’État d’infirmier", 6, "J1506"),
    ("Diplôme d’État d’accompagnant éducatif et social (DEAES)", 3, "K1306"),
    ("Titre professionnel Assistant de vie aux familles", 3, "K1311"),
    ("Diplôme d’État d’auxiliaire de puériculture", 4, "J1304"),
    ("CAP Accompagnant éducatif petite enfance", 3, "K1307"),
    ("CAP Accompagnant éducatif petite enfance, option école maternelle", 3, "K1308"),
    ("Diplôme d’État d’éducateur de jeunes enfants", 6, "K1202"),
    ("Diplôme d’État de moniteur éducateur", 4, "K1208"),
    ("Diplôme d’État d’assistant de service social", 6, "K1201"),
    ("Diplôme d’État d’ambulancier", 3, "J1305"),
    ("DEUST Préparateur en pharmacie", 5, "J1307"),
    ("BTS Opticien-lunetier", 5, "J1405"),
    ("BTS Diététique et nutrition", 5, "J1402"),
    ("Titre professionnel Secrétaire assistant médico-administratif", 4, "M1609"),
    ("CAP Boulanger", 3, "D1102"),
    ("CAP Pâtissier", 3, "D1104"),
    ("CAP Boucher", 3, "D1101"),
    ("CAP Cuisine", 3, "G1609"),
    ("CAP Commercialisation et services en hôtel-café-restaurant", 3, "G1803"),
    ("CAP Métiers de la coiffure", 3, "D1202"),
    ("CAP Esthétique cosmétique parfumerie", 3, "D1208"),
    ("CAP Maçon", 3, "F1703"),
    ("CAP Électricien", 3, "F1602"),
    ("CAP Monteur en installations sanitaires", 3, "F1603"),
    ("CAP Menuisier fabricant", 3, "H2206"),
    ("CAP Charpentier bois", 3, "F1503"),
    ("CAP Peintre applicateur de revêtements", 3, "F1606"),
    ("CAP Carreleur mosaïste", 3, "F1608"),
    ("Titre professionnel Soudeur assembleur industriel", 3, "H2913"),
    ("Bac pro Technicien en chaudronnerie industrielle", 4, "H2902"),
    ("Bac pro Technicien en réalisation de produits mécaniques", 4, "H2903"),
    ("Bac pro Maintenance des systèmes de production connectés", 4, "I1304"),
    ("Bac pro Maintenance des véhicules", 4, "I1604"),
    ("CAP Carrossier automobile", 3, "I1606"),
    ("Titre professionnel Conducteur du transport routier de marchandises", 3, "N4101"),
    ("Titre professionnel Conducteur de transport en commun sur route", 3, "N4103"),
    ("Titre professionnel Cariste d’entrepôt", 3, "N1101"),
    ("BUT Management de la logistique et des transports", 6, "N1301"),
    ("Bac pro Aéronautique, option avionique", 4, "I1602"),
    ("Titre professionnel Développeur web et web mobile", 5, "M1855"),
    ("BTS Comptabilité et gestion", 5, "M1203"),
    ("Titre professionnel Agent de prévention et de sécurité", 3, "K2503"),
    ("CAP agricole Jardinier paysagiste", 3, "A1208"),
    ("Titre professionnel Conducteur d’engins de travaux publics", 3, "F1302"),
)
_OFFERS_OF_OTHERS = 2
_WORDINGS = (
    "Au sein d’une équipe, vous travaillez à {town}. Débutants acceptés.",
    "Nous recherchons pour notre site de {town} une personne motivée. Horaires de journée.",
    "Poste à pourvoir à {town}. Permis B souhaité, expérience appréciée.",
    "Notre maison, installée à {town}, renforce son équipe avant l’été.",
)


def build() -> None:
    """Fill the database, the same each time."""
    load_register()
    load_occupations()
    draw = random.Random(20260)
    jobs = {job.code: job for job in Occupation.objects.current()}
    towns = list(Commune.objects.located().filter(insee_code__in=TOWNS).order_by("insee_code"))
    Course.objects.bulk_create(_courses(draw, towns))
    insert_rows(_offers(draw, jobs, towns))


def _courses(draw: random.Random, towns: list[Commune]) -> list[Course]:
    return [
        Course(
            key=f"qualite-{rome}-{town.pk}-{level}",
            title=title,
            folded_title=fold(title),
            level=level,
            rome_codes=[rome],
            place_name=f"Établissement imaginaire de {town.name}",
            commune=town,
            by_school=draw.random() < 0.7,
            by_apprenticeship=draw.random() < 0.6,
        )
        for title, level, rome in DIPLOMAS
        for town in towns
        if draw.random() < 0.8
    ]


def _offers(draw: random.Random, jobs: dict[str, Occupation], towns: list[Commune]) -> list[JobOffer]:
    now = timezone.now()
    taught = {rome for _, _, rome in DIPLOMAS}
    offers = []
    for code, job in sorted(jobs.items()):
        places = towns if code in taught or draw.random() < 0.25 else draw.sample(towns, _OFFERS_OF_OTHERS)
        for town in [*places, *draw.sample(places, len(places) // 2)]:
            title = draw.choice(job.title.split(" / "))
            published = now - dt.timedelta(hours=draw.randrange(1, 1500))
            offers.append(
                JobOffer(
                    title=title[:250],
                    folded_title=fold(title),
                    text=draw.choice(_WORDINGS).format(town=town.name),
                    kind=draw.choices(OfferKind.values, (6, 3, 1))[0],
                    contract=draw.choice((ContractKind.PERMANENT, ContractKind.FIXED_TERM, ContractKind.TEMPORARY)),
                    occupation=job,
                    employer_name=f"Employeur imaginaire {draw.randrange(400)}",
                    commune=town,
                    published_at=published,
                    modified_at=published,
                    confirmed_at=published,
                )
            )
    return offers
