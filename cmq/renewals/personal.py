"""Whom the end of a label was told to, and private calendars."""

from typing import Any

from cmq.core.retention import Basis, Then, hold, keep, nobody, with_account
from cmq.renewals.models import CalendarAddress, Reminder


@with_account
def _calendar(person: Any, addresses: set[str], at: Any) -> None:
    CalendarAddress.objects.filter(person=person.pk).delete()
    Reminder.objects.filter(person=person.pk).delete()


keep(
    "renewals.reminders",
    treatment="Comptes et rôles",
    what="Rappels de fin de label écrits à une personne, empreinte de l’adresse privée de son agenda",
    who="Directeurs et instructeurs",
    purpose="Rappeler une échéance une fois, la montrer dans l’agenda de la personne",
    basis=Basis.PUBLIC_TASK,
    readers="La personne elle-même",
    until="Tant que le compte existe",
    then=Then.DELETED,
    holds=("renewals.reminder", "renewals.calendaraddress"),
)
hold("accounts.traces", "renewals.sectionsource")
nobody("faits cités dans un dossier", "renewals.criterionfact")
