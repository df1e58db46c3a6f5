"""The clock of a label's end: the right people, at the right marks, once each."""

import datetime as dt
from collections import Counter

import pytest
from django.core import mail as django_mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from cmq.accounts.models import User
from cmq.applications.actions import writing
from cmq.applications.models import ApplicationKind, ApplicationState, LabelApplication
from cmq.campuses.models import AreaKind, Campus, CampusArea
from cmq.core.models import Change, OutgoingMail
from cmq.core.partial_dates import PartialDate
from cmq.labels.actions import Terms, record_decision
from cmq.labels.models import DecisionKind, Label
from cmq.organisations.models import OrganisationRole
from cmq.reference.models import Academie, Region
from cmq.renewals import actions, rules
from cmq.renewals.actions import remind, time_left
from cmq.renewals.models import Mark, Reminder
from tests.factories import a_campus, a_director, a_keeper, an_organisation, an_origin
from tests.procedure.world import a_submitted, a_world, in_body

pytestmark = pytest.mark.django_db
K = DecisionKind
STARTS, ENDS = dt.date(2022, 9, 1), dt.date(2027, 8, 31)


def decide(campus: Campus, kind: DecisionKind, day: dt.date, **terms: object) -> None:
    record_decision(campus=campus, kind=kind, decided_on=PartialDate.of(day), terms=Terms(**terms), origin=an_origin())


def labelled(*, is_demo: bool = False, region: str = "32") -> Campus:
    """A campus whose label ends on `ENDS`."""
    campus = a_campus(region=region, is_demo=is_demo)
    decide(campus, K.AWARDED, STARTS, duration_years=5)
    return campus


def told() -> Counter[tuple[str, str]]:
    """Address and mark of every reminder."""
    return Counter(Reminder.objects.values_list("person__email", "mark"))


def marks_of(person: User) -> list[str]:
    return [mark for (email, mark), _ in sorted(told().items()) if email == person.email]


def days(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]


# --- marks ------------------------------------------------------------------------------------------------------


def test_the_days_of_the_marks() -> None:
    assert [mark.day(ENDS) for mark in Mark] == [
        dt.date(2026, 2, 28),
        dt.date(2026, 8, 31),
        dt.date(2027, 2, 28),
        dt.date(2027, 5, 31),
        dt.date(2027, 8, 1),
        dt.date(2027, 8, 24),
    ]


@given(st.dates(dt.date(2015, 1, 1), dt.date(2040, 12, 31)), st.integers(0, 700))
def test_the_nearest_mark_reached_is_the_only_one(ends_on: dt.date, before: int) -> None:
    on = ends_on - dt.timedelta(days=before)
    mark = rules.current_mark(ends_on, on=on)
    reached = [each for each in Mark if each.day(ends_on) <= on]
    assert mark == (reached[-1] if reached else None)
    assert [each.day(ends_on) for each in Mark] == sorted({each.day(ends_on) for each in Mark})


def test_nothing_is_due_after_the_end() -> None:
    assert rules.current_mark(ENDS, on=ENDS) is Mark.J7
    assert rules.current_mark(ENDS, on=ENDS + dt.timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (ENDS, "aujourd’hui"),
        (dt.date(2027, 8, 30), "demain"),
        (dt.date(2027, 8, 1), "dans 30 jours"),
        (dt.date(2027, 5, 31), "dans 3 mois"),
        (dt.date(2026, 2, 28), "dans 18 mois"),
        (dt.date(2027, 3, 1), "dans 5 mois"),
    ],
)
def test_time_left_in_words(on: dt.date, words: str) -> None:
    assert time_left(ENDS, on=on) == words


# --- a year and a half of days ----------------------------------------------------------------------------------


def test_day_after_day_each_person_is_told_once_at_each_mark() -> None:
    world = a_world()
    decide(world.campus, K.AWARDED, STARTS, duration_years=5)
    delegate = in_body(world.council, OrganisationRole.DELEGATE)
    elsewhere = in_body(an_organisation(region=Region.objects.get(code="93")), OrganisationRole.INSTRUCTOR)
    a_keeper()
    for day in (*days(dt.date(2026, 2, 26), dt.date(2026, 3, 2)), *days(dt.date(2026, 8, 25), dt.date(2027, 9, 3))):
        remind(on=day)
    every = [mark.value for mark in Mark]
    for person in (world.director, world.instructor, delegate):
        assert marks_of(person) == sorted(every), person
    assert marks_of(world.secretary) == sorted(["M-6", "M-3", "J-30", "J-7"])
    for person in (elsewhere, world.contributor, world.recteur, world.president, world.observer):
        assert marks_of(person) == []
    assert set(told().values()) == {1}
    assert OutgoingMail.objects.filter(key__startswith="renewal:").count() == Reminder.objects.count() == 22
    lines = Change.objects.filter(act="renewals.remind")
    assert lines.count() == 6 and all(line.is_private for line in lines)


def test_a_server_that_slept_writes_the_nearest_mark_only() -> None:
    campus = labelled()
    director = a_director(campus)
    assert remind(on=dt.date(2026, 2, 27)) == 0
    assert remind(on=dt.date(2026, 3, 1)) == 1
    # Nothing ran until June of the last year: M-12 and M-6 have passed.
    assert remind(on=dt.date(2027, 6, 15)) == 1
    assert remind(on=dt.date(2027, 6, 16)) == 0
    assert marks_of(director) == ["M-18", "M-3"]


def test_who_takes_up_the_role_between_two_marks_gets_the_last_one() -> None:
    campus = labelled()
    a_director(campus)
    remind(on=dt.date(2026, 9, 1))
    newcomer = a_director(campus)
    assert remind(on=dt.date(2026, 10, 1)) == 1
    assert marks_of(newcomer) == ["M-12"]


def test_a_former_director_and_a_closed_account_are_left_alone() -> None:
    campus = labelled()
    a_director(campus, ends_on=dt.date(2025, 1, 1))
    closed = a_director(campus)
    closed.is_active = False
    closed.save()
    assert remind(on=dt.date(2027, 3, 1)) == 0


def test_a_person_of_several_qualities_is_told_once_as_the_nearest() -> None:
    world = a_world()
    decide(world.campus, K.AWARDED, STARTS, duration_years=5)
    for role in (OrganisationRole.INSTRUCTOR, OrganisationRole.DELEGATE):
        world.rectorate.memberships.create(
            role=role,
            person=world.director,
            invited_email=world.director.email,
            invited_at=world.at,
            starts_on=STARTS,
        )
    remind(on=dt.date(2027, 3, 1))
    letters = OutgoingMail.objects.filter(to=world.director.email)
    assert letters.count() == 1 and "comme directeur du campus" in letters.get().text


def test_a_body_of_one_academie_follows_what_touches_it() -> None:
    lille, amiens = Academie.objects.get(name="Lille"), Academie.objects.get(name="Amiens")
    campus, region = labelled(), Region.objects.get(code="32")
    CampusArea.objects.create(campus=campus, kind=AreaKind.ACADEMIE, academie=lille)
    here = in_body(an_organisation(region=region, academie=lille), OrganisationRole.INSTRUCTOR)
    there = in_body(an_organisation(region=region, academie=amiens), OrganisationRole.INSTRUCTOR)
    remind(on=dt.date(2027, 3, 1))
    assert marks_of(here) == ["M-6"] and marks_of(there) == []
    assert rules.can_follow(here, campus) and not rules.can_follow(there, campus)


def test_demonstration_labels_remind_demonstration_accounts_only() -> None:
    real, demo = labelled(), labelled(is_demo=True)
    body = an_organisation(region=real.region)
    person, account = in_body(body, OrganisationRole.INSTRUCTOR), in_body(body, OrganisationRole.INSTRUCTOR)
    User.objects.filter(pk=account.pk).update(is_demo=True)
    a_director(demo)
    remind(on=dt.date(2027, 3, 1))
    assert {(r.person, r.original.campus) for r in Reminder.objects.all()} == {(person, real), (account, demo)}


# --- what stops it ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "day", "terms"),
    [
        (K.WITHDRAWN, dt.date(2026, 1, 1), {}),
        (K.ENDED, dt.date(2027, 6, 1), {}),
        (K.NOT_RENEWED, dt.date(2026, 1, 1), {}),
        (K.RENEWED, dt.date(2027, 9, 1), {"duration_years": 5}),
        (K.RAISED, dt.date(2026, 2, 1), {"duration_years": 5}),
        (K.EXTENDED, dt.date(2026, 1, 1), {"ends_on": PartialDate(2029, 8, 31), "act": "Arrêté"}),
    ],
)
def test_a_decision_about_what_follows_stops_the_clock(
    kind: DecisionKind, day: dt.date, terms: dict[str, object]
) -> None:
    campus = labelled()
    a_director(campus)
    decide(campus, kind, day, **terms)
    assert remind(on=dt.date(2027, 3, 1)) == 0


def test_an_extension_starts_the_clock_again_from_the_new_end() -> None:
    campus = labelled()
    director = a_director(campus)
    remind(on=dt.date(2027, 8, 25))
    decide(campus, K.EXTENDED, dt.date(2027, 8, 26), ends_on=PartialDate(2028, 2, 29), act="Arrêté")
    assert remind(on=dt.date(2027, 8, 29)) == 1
    assert list(Reminder.objects.filter(person=director).order_by("pk").values_list("mark", "ends_on")) == [
        ("J-7", ENDS),
        ("M-6", dt.date(2028, 2, 29)),
    ]


def test_a_correction_that_leaves_the_end_sends_nothing_again() -> None:
    from cmq.labels.actions import complete_act

    campus = labelled()
    a_director(campus)
    assert remind(on=dt.date(2027, 3, 1)) == 1
    complete_act(campus.decisions.get(), nor="MENE2200001A", by=None)
    assert remind(on=dt.date(2027, 3, 2)) == 0


def test_a_submitted_file_stops_the_clock_until_it_fails() -> None:
    world = a_world()
    decide(world.campus, K.AWARDED, dt.date(2022, 1, 1), duration_years=5)
    on = dt.date(2026, 7, 15)
    file = a_submitted(world, ApplicationKind.RENEWAL)
    assert remind(on=on) == 0
    LabelApplication.objects.filter(pk=file.pk).update(state=ApplicationState.REFUSED)
    assert remind(on=on) == 3
    assert set(told().values()) == {1}


def test_a_file_of_an_earlier_label_or_of_another_kind_does_not_stop_it() -> None:
    world = a_world()
    decide(world.campus, K.AWARDED, dt.date(2021, 3, 1), duration_years=5)
    a_submitted(world, ApplicationKind.RENEWAL)
    decide(world.campus, K.RENEWED, dt.date(2026, 2, 1), duration_years=1)
    assert remind(on=dt.date(2026, 8, 15)) == 3


def test_a_draft_is_named_in_the_letter() -> None:
    world = a_world()
    decide(world.campus, K.AWARDED, dt.date(2022, 1, 1), duration_years=5)
    draft = writing.open_application(
        world.campus, campaign=world.campaign, kind=ApplicationKind.RENEWAL, by=world.director, at=world.at
    )
    remind(on=dt.date(2026, 1, 20))
    letter = OutgoingMail.objects.get(to=world.director.email, key__startswith="renewal:")
    assert f"Un dossier est en rédaction ({draft.reference}), il n’est pas déposé." in letter.text
    assert letter.subject == f"Le label « {world.campus} » prend fin dans 11 mois"


def test_a_letter_says_what_is_known() -> None:
    campus = a_campus()
    a_director(campus)
    record_decision(
        campus=campus,
        kind=K.AWARDED,
        decided_on=PartialDate(2022, 9),
        terms=Terms(duration_years=5),
        origin=an_origin(),
    )
    decide(campus, K.SUSPENDED, dt.date(2026, 1, 1))
    remind(on=dt.date(2027, 3, 1))
    text = OutgoingMail.objects.get(key__startswith="renewal:").text
    assert "au plus tôt le 31 août 2027 (la date exacte n’est pas sourcée)" in text
    assert "Ce label est suspendu" in text and "Aucun dossier de renouvellement n’est déposé." in text


def test_an_unknown_end_has_no_clock() -> None:
    campus = a_campus()
    a_director(campus)
    decide(campus, K.AWARDED, STARTS)
    assert not any(remind(on=day) for day in days(dt.date(2026, 1, 1), dt.date(2026, 2, 1)))


# --- once ---------------------------------------------------------------------------------------------------------


def test_once_by_constraint() -> None:
    campus = labelled()
    person = a_director(campus)
    line = {"original": Label.objects.get().original, "ends_on": ENDS, "mark": Mark.M6, "person": person}
    now = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    Reminder.objects.create(**line, written_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(**line, written_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.create(**{**line, "mark": "M-99"}, written_at=now)


def test_the_command_says_what_it_wrote_and_does_not_do_it_twice(
    capsys: pytest.CaptureFixture[str], django_capture_on_commit_callbacks: object
) -> None:
    campus = labelled()
    a_director(campus)
    with django_capture_on_commit_callbacks(execute=True):
        call_command("rappels", le="2027-03-01")
        call_command("rappels", le="2027-03-01")
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith(("Rappels", "Entretien"))]
    assert said == [
        "Rappels du 01/03/2027 : fins de label 1, avis 0, expertises 0, étapes 0.",
        "Entretien des campus : lettres 2, relais passés 0. Formations mises à jour : 0.",
        "Rappels du 01/03/2027 : fins de label 0, avis 0, expertises 0, étapes 0.",
        "Entretien des campus : lettres 0, relais passés 0. Formations mises à jour : 0.",
    ]
    sent, *upkeep = django_mail.outbox
    assert len(upkeep) == 2
    assert sent.subject == f"Le label « {campus} » prend fin dans 5 mois"
    with pytest.raises(CommandError, match="n’est pas un jour"):
        call_command("rappels", le="demain")


def test_the_queries_of_a_day_without_news_do_not_grow_with_the_labels() -> None:
    def queries() -> int:
        a_director(labelled())
        remind(on=dt.date(2027, 3, 1))
        with CaptureQueriesContext(connection) as captured:
            assert remind(on=dt.date(2027, 3, 2)) == 0
        return len(captured)

    assert queries() == queries() == queries() <= 10
    assert actions.remind(on=dt.date(2020, 1, 1)) == 0
