"""The stops of the published tours."""

import datetime as dt

from django.conf import settings
from django.db.models import QuerySet

from cmq.opendata.columns import Column, Kind, Row, campus_columns, codes_of, place_columns, place_of
from cmq.opendata.dataset import Dataset
from cmq.tours.models import Booking, Stop, StopState, Tour


class Events(Dataset):
    """What campuses take to their publics, past and to come."""

    slug = "evenements"
    title = "Événements des campus"
    description = (
        "Les étapes des tournées que les campus publient, passées et à venir, avec leur lieu et leurs publics. Les "
        "étapes annulées restent, avec leur motif."
    )
    row_is = "étape d’une tournée"
    key = ("numero",)
    campus_path = "tour__campus"
    models = (Stop, Tour)
    keywords = ("événement", "agenda", "orientation", "découverte des métiers")
    limits = (
        "Ni les inscrits ni le nombre de présents n’y sont : ce sont des personnes, et les campus ne les publient pas."
    )
    columns = (
        Column("numero", "Numéro", Kind.INTEGER, "Le numéro de l’étape.", "12", is_required=True),
        *campus_columns(),
        Column("tournee", "Tournée", Kind.TEXT, "Son nom d’adresse.", "camion-des-metiers", is_required=True),
        Column("titre", "Titre", Kind.TEXT, "Le titre de la tournée.", "Le camion des métiers", is_required=True),
        Column("debut", "Début", Kind.INSTANT, "À l’heure du lieu.", "2027-03-04T09:00:00+01:00", is_required=True),
        Column("fin", "Fin", Kind.INSTANT, "À l’heure du lieu.", "2027-03-04T17:00:00+01:00", is_required=True),
        Column("lieu", "Lieu", Kind.TEXT, "Où elle se tient.", "Place des Héros", is_required=True),
        Column("adresse", "Adresse", Kind.TEXT, "L’adresse du lieu.", "1 place des Héros"),
        *place_columns("de l’étape"),
        Column("programme", "Programme", Kind.TEXT, "Ce qu’on y fait.", "Ateliers"),
        Column("accessibilite", "Accessibilité", Kind.TEXT, "Ce qui est prévu.", "Accès de plain-pied"),
        Column("publics", "Publics", Kind.LIST, "Pour qui.", "eleves"),
        Column("inscription", "Inscription", Kind.TEXT, "Comment on vient.", "sans", codes=codes_of(Booking.values)),
        Column("places", "Places", Kind.INTEGER, "La capacité.", "30", unit="places"),
        Column("etat", "État", Kind.TEXT, "Ce qu’elle devient.", "prevue", codes=codes_of(StopState.values)),
        Column("motif", "Motif de l’annulation", Kind.TEXT, "Pourquoi elle est annulée.", "Vent fort"),
        Column("page", "Page", Kind.ADDRESS, "La page du registre.", "https://exemple.fr/", is_required=True),
    )

    def queryset(self, *, on: dt.date) -> "QuerySet[Stop]":
        """Stops of published tours of real campuses."""
        return Stop.objects.public().for_lists().filter(tour__campus__is_demo=False)

    def values(self, thing: Stop, *, on: dt.date) -> Row:
        """One stop."""
        campus = thing.tour.campus
        return (
            *(thing.pk, campus.slug, campus.name, thing.tour.slug, thing.tour.title),
            *(thing.starts.isoformat(), thing.ends.isoformat(), thing.place, thing.address),
            *(*place_of(thing.commune), thing.description, thing.accessibility),
            [row.audience for row in thing.audiences.all()],
            *(thing.booking, thing.capacity, thing.state, thing.reason),
            f"{settings.SITE_URL}{thing.get_absolute_url()}",
        )
