"""`cmq rappels`: write the reminders of the day."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from cmq.accounts.leaving import tell_sleepers
from cmq.catalogue.actions import build_courses
from cmq.core.mail import DUMMY_BACKEND
from cmq.expertise.actions.assigning import remind as remind_experts
from cmq.instruction.actions import remind as remind_bodies
from cmq.offers.actions.upkeep import remind as remind_employers
from cmq.offers.actions.upkeep import switch_off
from cmq.opendata import snapshots
from cmq.opendata.actions import remind_of_ends as remind_of_tokens
from cmq.renewals.actions import remind as remind_of_ends
from cmq.statistics.actions import refresh as refresh_statistics
from cmq.tours.actions.following import remind as remind_of_stops
from cmq.upkeep.actions import finish_hand_overs
from cmq.upkeep.actions import remind as remind_of_upkeep


class Command(BaseCommand):
    """Write what the day asks for; meant to run once a day. Twice, or after a month without, it does no more."""

    help = "Écrit les rappels du jour. À lancer chaque jour."

    def add_arguments(self, parser: CommandParser) -> None:
        """The day can be another one, to see what it would have written."""
        parser.add_argument("--le", metavar="JOUR", help="le jour (2027-03-12) ; aujourd’hui sans cette option")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write and count."""
        on = _day(options["le"]) if options["le"] else timezone.localdate()
        ends, opinions, expertises = remind_of_ends(on=on), remind_bodies(on=on), remind_experts(on=on)
        stops = remind_of_stops(on=on)
        handed, upkeep = finish_hand_overs(on=on), remind_of_upkeep(on=on)
        self.stdout.write(
            f"Rappels du {on:%d/%m/%Y} : fins de label {ends}, avis {opinions}, expertises {expertises}, "
            f"étapes {stops}."
        )
        # A training begins or ends with the day, and no line of the feed says so.
        courses = build_courses()
        self.stdout.write(
            f"Entretien des campus : lettres {upkeep}, relais passés {handed}. Formations mises à jour : {courses}."
        )
        if settings.EMAIL_BACKEND != DUMMY_BACKEND:
            # Without a mail server nobody would be told: then no account goes.
            self.stdout.write(f"Comptes sans connexion : lettres {tell_sleepers(at=timezone.now())}.")
        offers = remind_employers(on=on)
        closed = switch_off(at=timezone.now())
        self.stdout.write(f"Jetons de l’API : lettres {remind_of_tokens(at=timezone.now())}.")
        self.stdout.write(f"Instantanés des données ouvertes : {snapshots.take(on=timezone.localdate())}.")
        self.stdout.write(f"Offres : lettres {offers}, fermées {closed}.")
        # Offers have expired, trainings have begun: the balance of needs and supply is of this day.
        self.stdout.write(f"Bilan besoins–offre : {refresh_statistics()} cases.")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"« {text} » n’est pas un jour : écrivez 2027-03-12.") from error
