"""The table of rights, cell by cell; then every address of the workspace for everyone who may knock there."""

import datetime as dt
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import NamedTuple

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from cmq.accounts.models import HelpConsent
from cmq.awards.models import MinisterialOrder
from cmq.campuses.models import Campus, CampusField, CampusMembership
from cmq.careers.models import Occupation
from cmq.core.models import Change, OutgoingMail
from cmq.core.rights import RIGHTS, Role
from cmq.expertise.models import DeclaredConflict
from cmq.service.models import ServiceNotice
from cmq.web.espace.urls import urlpatterns
from tests import hiring, letters_desk, money, newsrooms, partnering, shared_work, taught, touring
from tests.cast import Stage, a_stage
from tests.conftest import committed

autodiscover_modules("rules")

ROOT = Path(__file__).resolve().parent.parent
EVERYONE = frozenset(Role) - {Role.VISITOR, Role.DISABLED}
ON_CAMPUS = frozenset({Role.CONTRIBUTOR, Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN})
HEADS = ON_CAMPUS - {Role.CONTRIBUTOR}
IN_ORGANISATION = frozenset({Role.MEMBER, Role.KEEPER, Role.TECHNICIAN})
TECHNICIAN = frozenset({Role.TECHNICIAN})
KEEPERS = frozenset({Role.KEEPER, Role.TECHNICIAN})
LETTER_READERS = KEEPERS | {Role.SECRETARY}
NOBODY: frozenset[Role] = frozenset()


@pytest.fixture
def stage(committed_stage: Stage, db: None) -> Stage:
    """The stage, on which each test acts in a transaction of its own."""
    return committed_stage


@pytest.fixture(scope="module")
def committed_stage(django_db_setup: None, django_db_blocker: object) -> Iterator[Stage]:
    """Set once: it is long to set."""
    with committed(django_db_blocker):
        yield a_stage()


def test_each_cell_of_the_table(stage: Stage) -> None:
    allowed = {
        name: {role for role in Role if right.allows(stage.person(role), *stage.about(right.about))}
        for name, right in RIGHTS.items()
    }
    assert allowed == {name: right.roles for name, right in RIGHTS.items()}


def test_the_table_in_the_docs_is_the_one_in_the_code() -> None:
    printed = StringIO()
    call_command("droits", stdout=printed)
    assert (ROOT / "docs" / "rights.md").read_text() == printed.getvalue()


def test_what_binds_an_institution_asks_who_is_there_once_more() -> None:
    assert {each.name for each in urlpatterns if getattr(each.callback, "asks_again", False)} == ASKS_AGAIN


def test_a_right_is_declared_once_and_says_what_it_permits() -> None:
    assert len({right.wording for right in RIGHTS.values()}) == len(RIGHTS)
    assert not [name for name in RIGHTS if name.count(".") != 1]


class Door(NamedTuple):
    """Who may read a page, who may post to it (an empty form at least), and how the others are turned away."""

    reads: frozenset[Role]
    posts: frozenset[Role]
    turned_away: int = 404
    # Inside what they may know of, these are refused aloud.
    aloud: frozenset[Role] = frozenset()


WRITERS = frozenset({Role.CONTRIBUTOR, Role.DIRECTOR, Role.INSTRUCTOR})
DIRECTOR = frozenset({Role.DIRECTOR})
SIGNERS = frozenset({Role.DELEGATE, Role.RECTEUR, Role.PRESIDENT})
SECRETARY = frozenset({Role.SECRETARY})
READ_DRAFT = WRITERS | SIGNERS | SECRETARY
READ_FILE = READ_DRAFT | {Role.OPINION, Role.OBSERVER, Role.EXPERT}
AUTHORITY = frozenset({Role.AUTHORITY})
READ_MEETING = AUTHORITY | SECRETARY
READ_MEASURE = WRITERS | SIGNERS | READ_MEETING | {Role.OBSERVER}


def in_draft(
    who: frozenset[Role], *, reads: frozenset[Role] | None = None, posts: frozenset[Role] | None = None
) -> Door:
    """The door of an act on the file that is being written."""
    reads, posts = who if reads is None else reads, who if posts is None else posts
    return Door(reads, posts, aloud=READ_DRAFT)


def in_file(who: frozenset[Role], **fields: frozenset[Role]) -> Door:
    """The door of an act on the file that is handed in."""
    return Door(fields.get("reads", who), fields.get("posts", who), aloud=READ_FILE)


EXPERT = frozenset({Role.EXPERT})
TEXT_ACTS = (
    "specification_copy",
    "specification_line_new",
    "specification_line",
    "specification_line_remove",
    "specification_criterion_facts",
    "college_copy",
    "college_rules",
    "college_authority_new",
    "college_seats",
    "college_remove",
    "college_seat",
    "college_preside",
)
BOARD = SECRETARY | {Role.OBSERVER}


def in_meeting(
    who: frozenset[Role], *, reads: frozenset[Role] | None = None, posts: frozenset[Role] | None = None
) -> Door:
    """The door of an act in a meeting of the college, or on one of its points."""
    return Door(who if reads is None else reads, who if posts is None else posts, aloud=READ_MEETING)


def on_measure(who: frozenset[Role], *, reads: frozenset[Role] | None = None) -> Door:
    """The door of an act on a measure that is before the college."""
    return Door(who if reads is None else reads, who, aloud=READ_MEASURE)


DOORS = {
    **dict.fromkeys(
        ("registre_sources", "registre_source", "registre_job_notes", "registre_sought", "registre_tasks"),
        Door(KEEPERS, NOBODY, 403),
    ),
    "registre_job_note": Door(KEEPERS, KEEPERS, 403),
    "registre_filiere_jobs": Door(KEEPERS, KEEPERS, 403),
    "registre_notices": Door(KEEPERS, KEEPERS, 403),
    "registre_notice_end": Door(NOBODY, KEEPERS, 403),
    "campaigns": Door(BOARD, NOBODY, 403),
    "campaign_new": Door(SECRETARY, SECRETARY, 403),
    "campaign": Door(BOARD, NOBODY, 403),
    "campaign_open": Door(SECRETARY, SECRETARY, 403),
    "campaign_move": Door(SECRETARY, SECRETARY, 403),
    "campaign_close": Door(SECRETARY, SECRETARY, 403),
    "campaign_board": Door(BOARD, NOBODY, 403),
    "campaign_board_csv": Door(BOARD, NOBODY, 403),
    "campaign_bulk": Door(NOBODY, SECRETARY, 403),
    "campaign_remind": Door(NOBODY, SECRETARY, 403),
    **dict.fromkeys(
        ("specifications", "specification", "specification_facts", "colleges", "college"), Door(SECRETARY, NOBODY, 403)
    ),
    **dict.fromkeys(TEXT_ACTS, Door(SECRETARY, SECRETARY, 403)),
    "experts": Door(SECRETARY, NOBODY, 403),
    "expert_invite": Door(SECRETARY, SECRETARY, 403),
    "expert_new": Door(SECRETARY, SECRETARY, 403),
    "expert": Door(SECRETARY, SECRETARY, 403),
    "expert_conflict": Door(SECRETARY, SECRETARY, 403),
    "expert_conflict_withdraw": Door(SECRETARY, SECRETARY, 403),
    "file_experts": in_file(SECRETARY),
    "file_recuse": in_file(SECRETARY),
    "file_postpone": in_file(SECRETARY),
    "file_second_round": in_file(SECRETARY),
    "file_college": in_file(SECRETARY),
    "expertises": Door(EVERYONE, NOBODY),
    "expertise": Door(EXPERT, EXPERT),
    "expertise_hand_in": Door(EXPERT, EXPERT),
    "expertise_abstain": Door(EXPERT, EXPERT),
    "expertise_conflict": Door(EXPERT, EXPERT),
    "meetings": Door(EVERYONE, NOBODY),
    "meeting_new": Door(SECRETARY, SECRETARY, 403),
    "meeting": Door(READ_MEETING, NOBODY),
    "meeting_change": in_meeting(SECRETARY),
    "meeting_convene": in_meeting(SECRETARY, reads=NOBODY),
    "meeting_open": in_meeting(SECRETARY, reads=NOBODY),
    "meeting_close": in_meeting(SECRETARY, reads=NOBODY),
    "meeting_add": in_meeting(SECRETARY),
    "meeting_order": in_meeting(SECRETARY, reads=NOBODY),
    "meeting_attend": in_meeting(READ_MEETING, reads=NOBODY),
    "meeting_leave": in_meeting(READ_MEETING, reads=NOBODY),
    "item": Door(READ_MEETING, NOBODY),
    "item_report": in_meeting(SECRETARY),
    "item_remove": in_meeting(SECRETARY, reads=NOBODY),
    "item_position": in_meeting(AUTHORITY),
    "item_abstain": in_meeting(AUTHORITY),
    "item_conclude": in_meeting(SECRETARY, reads=NOBODY),
    "item_reopen": in_meeting(SECRETARY, reads=NOBODY),
    "item_decide": in_meeting(SECRETARY),
    "meeting_minutes": Door(READ_MEETING, NOBODY),
    "meeting_minutes_text": Door(READ_MEETING, NOBODY),
    "meeting_minutes_pdf": Door(READ_MEETING, NOBODY),
    "decisions": Door(EVERYONE, NOBODY),
    "decisions_publish": Door(NOBODY, SECRETARY, 403),
    "decision": Door(READ_MEETING, NOBODY),
    "decision_sign": in_meeting(AUTHORITY, reads=NOBODY),
    "orders": Door(SECRETARY, NOBODY, 403),
    "order_new": Door(SECRETARY, SECRETARY, 403),
    "order": Door(SECRETARY, NOBODY, 403),
    "order_complete": Door(SECRETARY, SECRETARY, 403),
    "order_text": Door(SECRETARY, NOBODY, 403),
    "order_pdf": Door(SECRETARY, NOBODY, 403),
    "measures": Door(EVERYONE, NOBODY),
    "measure_new": Door(SECRETARY, SECRETARY, 403),
    "measure": Door(READ_MEASURE, NOBODY),
    "measure_answer": on_measure(DIRECTOR),
    "measure_table": on_measure(SECRETARY, reads=NOBODY),
    "measure_drop": on_measure(SECRETARY),
    "file_bring_back": in_file(SECRETARY),
    "campus_label": Door(ON_CAMPUS, DIRECTOR, aloud=ON_CAMPUS),
    "consulted": Door(EVERYONE, NOBODY),
    "files": Door(EVERYONE, NOBODY),
    "file": Door(READ_DRAFT, NOBODY),
    "file_changes": Door(READ_DRAFT, NOBODY),
    "file_ask": in_draft(WRITERS),
    "file_send": in_draft(DIRECTOR),
    "file_sign": in_draft(SIGNERS),
    "file_recall": in_draft(DIRECTOR | SIGNERS),
    "file_withdraw": in_draft(DIRECTOR),
    "file_section": in_draft(WRITERS, reads=READ_DRAFT),
    "file_autosave": in_draft(WRITERS, reads=NOBODY),
    "file_presence": in_draft(WRITERS, reads=READ_DRAFT, posts=NOBODY),
    "file_proposals": in_draft(frozenset({Role.CONTRIBUTOR, Role.DIRECTOR})),
    "file_versions": in_draft(READ_DRAFT, posts=NOBODY),
    "file_comment": in_draft(WRITERS, reads=NOBODY),
    "file_resolve": in_draft(WRITERS, reads=NOBODY),
    "file_attach": in_draft(WRITERS),
    "file_download": in_draft(READ_DRAFT, posts=NOBODY),
    "file_detach": in_draft(WRITERS, reads=NOBODY),
    "file_ruling": in_file(SECRETARY),
    "file_correction": in_file(SECRETARY),
    "file_answer": in_file(DIRECTOR),
    "file_opinion_ask": in_file(SECRETARY | {Role.INSTRUCTOR}),
    "file_opinion": in_file(SECRETARY | {Role.INSTRUCTOR, Role.OPINION}),
    "espace": Door(EVERYONE, NOBODY),
    "espace_account": Door(EVERYONE, EVERYONE),
    "espace_terms": Door(EVERYONE, EVERYONE),
    "espace_help": Door(EVERYONE, EVERYONE),
    "espace_helping": Door(TECHNICIAN, NOBODY, 403),
    "espace_helping_begin": Door(NOBODY, TECHNICIAN, 403),
    "espace_helping_end": Door(EVERYONE, EVERYONE),
    "espace_devices": Door(EVERYONE, NOBODY),
    "espace_device_end": Door(EVERYONE, EVERYONE),
    "espace_devices_end": Door(EVERYONE, EVERYONE),
    "espace_campus": Door(ON_CAMPUS, NOBODY),
    "espace_fact": Door(ON_CAMPUS, ON_CAMPUS),
    "espace_name": Door(ON_CAMPUS, ON_CAMPUS),
    "espace_place": Door(ON_CAMPUS, ON_CAMPUS),
    "espace_territory": Door(ON_CAMPUS, ON_CAMPUS),
    "espace_history": Door(ON_CAMPUS, NOBODY),
    "espace_members": Door(ON_CAMPUS, NOBODY),
    "espace_member_find": Door(ON_CAMPUS, NOBODY),
    "espace_member_new": Door(ON_CAMPUS, ON_CAMPUS),
    "espace_member_known": Door(ON_CAMPUS, ON_CAMPUS),
    "espace_member_end": Door(ON_CAMPUS, ON_CAMPUS),
    **dict.fromkeys(("espace_upkeep", "espace_to_confirm"), Door(ON_CAMPUS, NOBODY)),
    **dict.fromkeys(("espace_access_review", "espace_hand_over"), Door(HEADS, HEADS)),
    **dict.fromkeys(("espace_hand_over_cancel", "espace_hand_over_renew"), Door(NOBODY, HEADS)),
    **dict.fromkeys(("espace_confirm", "espace_confirm_all"), Door(NOBODY, ON_CAMPUS)),
    "registre_upkeep": Door(KEEPERS, NOBODY, 403),
    "espace_people": Door(ON_CAMPUS, HEADS),
    "espace_people_end": Door(HEADS, HEADS),
    "espace_organisation": Door(IN_ORGANISATION, IN_ORGANISATION),
    "espace_organisation_invite": Door(NOBODY, IN_ORGANISATION),
    "espace_organisation_end": Door(IN_ORGANISATION, IN_ORGANISATION, 403),
    "espace_deadlines": Door(EVERYONE, NOBODY),
    "espace_deadlines_csv": Door(EVERYONE, NOBODY),
    "espace_calendar": Door(EVERYONE, EVERYONE),
    "espace_tokens": Door(EVERYONE, EVERYONE),
    "espace_organisation_scope": Door(NOBODY, KEEPERS, 403),
    "registre_bodies": Door(KEEPERS, KEEPERS, 403),
    "registre": Door(KEEPERS, NOBODY, 403),
    "registre_reports": Door(KEEPERS, NOBODY, 403),
    "registre_report": Door(KEEPERS, KEEPERS, 403),
    "registre_contradictions": Door(KEEPERS, NOBODY, 403),
    "registre_prefer": Door(NOBODY, KEEPERS, 403),
    "registre_withdraw": Door(KEEPERS, KEEPERS, 403),
    "registre_gaps": Door(KEEPERS, NOBODY, 403),
    "registre_duplicates": Door(KEEPERS, KEEPERS, 403),
    "registre_enter_campus": Door(KEEPERS, KEEPERS, 403),
    "registre_decisions": Door(KEEPERS, NOBODY, 403),
    "registre_record": Door(KEEPERS, KEEPERS, 403),
    "registre_match": Door(KEEPERS, KEEPERS, 403),
    "registre_correct": Door(KEEPERS, KEEPERS, 403),
    "registre_void": Door(KEEPERS, KEEPERS, 403),
    "registre_people": Door(KEEPERS, KEEPERS, 403),
    "registre_letter": Door(KEEPERS, NOBODY, 403),
    "registre_letter_models": Door(LETTER_READERS, NOBODY, 403),
    "registre_letter_model": Door(LETTER_READERS, NOBODY, 403),
    "registre_letter_drawn": Door(LETTER_READERS, NOBODY, 403),
    "registre_outbox": Door(KEEPERS, NOBODY, 403),
    "registre_changes": Door(KEEPERS, NOBODY, 403),
    "registre_imports": Door(KEEPERS, KEEPERS, 403),
    "registre_import_template": Door(KEEPERS, NOBODY, 403),
    "registre_import": Door(KEEPERS, KEEPERS, 403),
    **{name: Door(*door) for name, door in money.DOORS.items()},
    **{name: Door(*door) for name, door in newsrooms.DOORS.items()},
    **{name: Door(*door) for name, door in partnering.DOORS.items()},
    **{name: Door(*door) for name, door in shared_work.DOORS.items()},
    **{name: Door(*door) for name, door in taught.DOORS.items()},
    **{name: Door(*door) for name, door in touring.DOORS.items()},
    **{name: Door(*door) for name, door in letters_desk.DOORS.items()},
    **{name: Door(*door) for name, door in hiring.DOORS.items()},
}
# Pages of the person, in no campus.
OWN_PAGES = {"espace_account", "espace_deadlines", "espace_deadlines_csv", "espace_calendar", "espace_tokens"}
OWN_PAGES |= {
    "espace_help",
    "espace_helping",
    "espace_helping_end",
    "espace_terms",
    "espace_devices",
    "espace_devices_end",
}
# Pages that take no POST at all, and those that take nothing else.
NO_POST = {name for name, door in DOORS.items() if not door.posts}
ONLY_POST = {
    "espace_helping_begin",
    "registre_notice_end",
    "espace_helping_end",
    "espace_device_end",
    "espace_devices_end",
    "espace_organisation_scope",
    "espace_organisation_invite",
    "registre_prefer",
    "file_autosave",
    "file_comment",
    "file_resolve",
    "file_detach",
    "campaign_bulk",
    "campaign_remind",
    "meeting_order",
    "decisions_publish",
    "decision_sign",
    "meeting_convene",
    "meeting_open",
    "meeting_close",
    "meeting_attend",
    "meeting_leave",
    "item_remove",
    "item_conclude",
    "item_reopen",
    "measure_table",
    "espace_hand_over_cancel",
    "espace_hand_over_renew",
    "espace_confirm",
    "espace_confirm_all",
    *money.ONLY_POST,
    *newsrooms.ONLY_POST,
    *shared_work.ONLY_POST,
    *taught.ONLY_POST,
    *touring.ONLY_POST,
    *letters_desk.ONLY_POST,
}
# An empty POST that is a whole act: checked with reading only.
ACTS_ON_EMPTY_POST = {
    "espace_help",
    "registre_notice_end",
    "espace_helping_begin",
    "espace_helping_end",
    "espace_device_end",
    "espace_devices_end",
    "espace_organisation_scope",
    "item_report",
    "meeting_convene",
    "meeting_open",
    "meeting_close",
    "meeting_attend",
    "meeting_leave",
    "item_remove",
    "item_conclude",
    "item_reopen",
    "measure_table",
    "file_resolve",
    "file_detach",
    "espace_people_end",
    "espace_organisation_end",
    "registre_prefer",
    "registre_import",
    "espace_hand_over_cancel",
    "espace_hand_over_renew",
    "espace_confirm",
    "espace_confirm_all",
    *money.ACTS_ON_EMPTY_POST,
    *newsrooms.ACTS_ON_EMPTY_POST,
    *shared_work.ONLY_POST,
    *taught.ONLY_POST,
    *touring.ONLY_POST,
    *letters_desk.ACTS_ON_EMPTY_POST,
}
# What binds an institution: asked only of somebody who proved a short while ago who they are.
ASKS_AGAIN = {"file_sign", "decision_sign", "item_position", "item_abstain"}
# Inside a page that they may open, what contributors and contacts may not do is refused aloud.
REFUSED_ALOUD = {
    ("espace_people", Role.CONTRIBUTOR),
    ("espace_people_end", Role.CONTRIBUTOR),
    ("espace_access_review", Role.CONTRIBUTOR),
    ("espace_hand_over", Role.CONTRIBUTOR),
    ("espace_employer", Role.CONTRIBUTOR),
    ("espace_hand_over_cancel", Role.CONTRIBUTOR),
    ("espace_hand_over_renew", Role.CONTRIBUTOR),
}

LIVING = {
    name: part.address
    for part in (money, newsrooms, shared_work, taught, touring, hiring, partnering, letters_desk)
    for name in part.DOORS
}


def address(stage: Stage, name: str) -> str:
    """The address of a page, about what stands on the stage."""
    campus, slug = stage.campus, stage.campus.slug
    arguments: dict[str, tuple[object, ...]] = {
        "espace_fact": (slug, CampusField.ACRONYM.value),
        "espace_member_known": (slug, stage.organisation.pk),
        "espace_member_end": (slug, stage.member.pk if stage.member else 0),
        "espace_people_end": (slug, stage.pending.pk if stage.pending else 0),
        "espace_organisation": (stage.organisation.pk,),
        "espace_organisation_invite": (stage.organisation.pk,),
        "espace_organisation_scope": (stage.organisation.pk,),
        "espace_organisation_end": (stage.organisation.pk, stage.contact.pk if stage.contact else 0),
        "registre_report": (stage.report.pk if stage.report else 0,),
        "registre_prefer": (stage.fact.pk if stage.fact else 0,),
        "registre_withdraw": (stage.fact.pk if stage.fact else 0,),
        "registre_match": (stage.unmatched.pk if stage.unmatched else 0,),
        "registre_correct": (stage.decision.pk if stage.decision else 0,),
        "registre_source": ("rome",),
        "espace_device_end": (1,),
        "espace_helping_begin": (_a_consent(stage).pk,),
        "registre_job_note": (Occupation.objects.get_or_create(code="J1501", title="Soin", slug="j1501")[0].pk,),
        "registre_letter": (OutgoingMail.objects.latest("pk").pk,),
        "registre_letter_model": ("invitation",),
        "registre_letter_drawn": ("invitation",),
        "registre_void": (stage.decision.pk if stage.decision else 0,),
        "registre_notice_end": (a_notice().pk,) if name == "registre_notice_end" else (),
        "registre_import": (an_import().pk,) if name == "registre_import" else (),
    }
    if name in LIVING:
        return LIVING[name](stage, name)
    if name.startswith(("decision", "order")):
        return award_address(stage, name)
    if name.startswith(("meeting", "item", "measure")):
        return college_address(stage, name)
    if name.startswith("file"):
        return file_address(stage, name)
    if name.startswith(("specification", "college")):
        return text_address(stage, name)
    if name.startswith("expert"):
        return expert_address(stage, name)
    if name.startswith("campaign"):
        return reverse(name, args=() if name in ("campaigns", "campaign_new") else ("campagne",))
    on_campus = (slug,) if name == "campus_label" or name.startswith("espace_") and name not in OWN_PAGES else ()
    assert campus.pk
    return reverse(name, args=arguments.get(name, on_campus))


def _a_consent(stage: Stage) -> HelpConsent:
    now = timezone.now()
    return HelpConsent.objects.get_or_create(
        person=stage.people[Role.PERSON], defaults={"given_at": now, "ends_at": now + dt.timedelta(hours=1)}
    )[0]


def file_address(stage: Stage, name: str) -> str:
    """The address of a page of a file: the draft, or the one handed in where the authorities act."""
    assert stage.draft is not None and stage.application is not None and stage.opinion is not None
    if name == "files":
        return reverse(name)
    handed_in = (
        "file_bring_back",
        "file_ruling",
        "file_correction",
        "file_answer",
        "file_opinion_ask",
        "file_opinion",
        *OF_EXPERTS,
    )
    reference = (stage.application if name in handed_in else stage.draft).reference
    more: dict[str, tuple[int, ...]] = dict.fromkeys(
        ("file_section", "file_autosave", "file_presence", "file_versions", "file_proposals", "file_comment"), (1,)
    )
    more["file_resolve"] = (1, stage.comment.pk if stage.comment else 0)
    more["file_download"] = more["file_detach"] = (stage.attachment.pk if stage.attachment else 0,)
    more["file_opinion"] = (stage.opinion.pk,)
    more["file_recuse"] = more["file_postpone"] = (stage.assignment.pk if stage.assignment else 0,)
    return reverse(name, args=[reference, *more.get(name, ())])


def text_address(stage: Stage, name: str) -> str:
    """The address of a page of the specification or the college that the campaign took up."""
    assert stage.application is not None
    campaign = stage.application.campaign
    authority = campaign.college.authorities.all()[0]
    if name in ("specifications", "colleges"):
        return reverse(name)
    more: dict[str, tuple[object, ...]] = {"specification_line_new": ("criteres",)}
    more["specification_line"] = more["specification_line_remove"] = (
        "criteres",
        campaign.specification.criteria.all()[0].pk,
    )
    more["specification_criterion_facts"] = (campaign.specification.criteria.all()[0].pk,)
    more["college_seats"] = more["college_remove"] = (authority.pk,)
    more["college_seat"] = more["college_preside"] = (authority.seats.all()[0].pk,)
    text = campaign.specification if name.startswith("specification") else campaign.college
    return reverse(name, args=[text.pk, *more.get(name, ())])


OF_EXPERTS = ("file_experts", "file_recuse", "file_postpone", "file_second_round", "file_college")


def expert_address(stage: Stage, name: str) -> str:
    """The address of a page of the experts’ list, or of the expert’s own desk."""
    assert stage.expert is not None and stage.assignment is not None
    if name in ("experts", "expert_invite", "expert_new", "expertises"):
        return reverse(name)
    if name.startswith("expertise"):
        return reverse(name, args=[stage.assignment.pk])
    more: tuple[int, ...] = ()
    if name == "expert_conflict_withdraw":
        at = timezone.now()
        elsewhere = Campus.objects.exclude(pk=stage.campus.pk)[0]
        declared = {"expert": stage.expert, "campus": elsewhere}
        more = (DeclaredConflict.objects.get_or_create(**declared, defaults={"reason": "x", "declared_at": at})[0].pk,)
    return reverse(name, args=[stage.expert.pk, *more])


def college_address(stage: Stage, name: str) -> str:
    """The address of a page of a meeting, a point of it or a measure."""
    assert stage.meeting and stage.item and stage.measure
    if name in ("meetings", "meeting_new", "measures", "measure_new"):
        return reverse(name)
    if name.startswith("measure"):
        return reverse(name, args=[stage.measure.pk])
    holder = stage.person(Role.AUTHORITY).seats.get()
    more = {"meeting_attend": [holder.pk], "meeting_leave": [stage.meeting.attendances.get().pk]}
    point = [stage.item.pk] if name.startswith("item") else []
    return reverse(name, args=[stage.meeting.pk, *point, *more.get(name, [])])


def award_address(stage: Stage, name: str) -> str:
    """The address of a page of a joint decision, or of an order."""
    assert stage.decision_to_sign is not None
    if name in ("decisions", "decisions_publish", "orders", "order_new"):
        return reverse(name)
    if name.startswith("decision"):
        return reverse(name, args=[stage.decision_to_sign.number])
    order, _ = MinisterialOrder.objects.get_or_create(title="Arrêté", defaults={"drafted_at": timezone.now()})
    return reverse(name, args=[order.pk])


def a_notice() -> object:
    """Something announced to readers that is not over."""
    return ServiceNotice.objects.create(title="Lenteurs", starts_at=timezone.now())


def an_import() -> object:
    """A file that waits to be applied."""
    from cmq.imports.models import ImportState, RegisterImport

    return RegisterImport.objects.create(name="campus.csv", uploaded_at=timezone.now(), state=ImportState.CHECKED)


def expected(door: Door, name: str, role: Role, *, reads: bool) -> int:
    """The status that this person must get."""
    if (reads and name in ONLY_POST) or (not reads and name in NO_POST):
        return 405
    if role in (Role.VISITOR, Role.DISABLED):
        return 302
    if role in (door.reads if reads else door.posts):
        return 200 if reads else 422
    if role in door.aloud or ((name, role) in REFUSED_ALOUD and not (reads and role in door.reads)):
        return 403
    return door.turned_away


def client_of(stage: Stage, role: Role) -> Client:
    client = Client()
    if role is not Role.VISITOR:
        client.force_login(stage.person(role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_every_address_of_the_workspace_has_its_door() -> None:
    assert {str(pattern.name) for pattern in urlpatterns} == {*DOORS, "espace_invitation"}


# Who may do what is Python, the same on every database: there the walk is whole. On the other one it is for those who
# see the most pages, so that each page is asked there too.
SEE_THE_MOST = (
    *(Role.KEEPER, Role.DIRECTOR, Role.SECRETARY, Role.INSTRUCTOR, Role.PRESIDENT),
    *(Role.OPINION, Role.EXPERT, Role.AUTHORITY, Role.MEMBER, Role.EDITOR, Role.TECHNICIAN),
)
WALKERS = tuple(Role) if connection.vendor == "sqlite" else SEE_THE_MOST


# A whole row of the table at a time: no refused or empty request moves the stage.
@pytest.mark.parametrize("role", WALKERS)
def test_what_each_person_may_read_and_where_they_may_post(stage: Stage, role: Role) -> None:
    """An empty form: whoever may act is told what is missing, everyone else turned away, and nothing ever changes."""
    client = client_of(stage, role)
    got = {name: client.get(address(stage, name)).status_code for name in DOORS}
    assert got == {name: expected(door, name, role, reads=True) for name, door in DOORS.items()}
    asked = {name: door for name, door in DOORS.items() if name not in ACTS_ON_EMPTY_POST or role not in door.posts}
    urls = {name: address(stage, name) for name in asked}
    before = Change.objects.count()
    got = {name: client.post(url).status_code for name, url in urls.items()}
    assert got == {name: expected(door, name, role, reads=False) for name, door in asked.items()}
    assert Change.objects.count() == before


def test_every_door_is_opened_on_every_database() -> None:
    opened = {name for name, door in DOORS.items() if (door.reads | door.posts) & set(SEE_THE_MOST)}
    assert opened == set(DOORS)


@pytest.mark.parametrize("name", sorted(ACTS_ON_EMPTY_POST))
def test_a_button_is_the_whole_act(stage: Stage, name: str) -> None:
    """A POST without a field does it, for one of those who may."""
    likely = Role.KEEPER, Role.DIRECTOR, Role.SECRETARY, Role.EDITOR, Role.TECHNICIAN
    actor = next(role for role in likely if role in DOORS[name].posts)
    answer = client_of(stage, actor).post(address(stage, name))
    assert answer.status_code == (422 if name == "registre_import" else 302)


@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(stage: Stage, method: str) -> None:
    client = client_of(stage, Role.KEEPER)
    for name in DOORS:
        answer = getattr(client, method)(address(stage, name))
        assert answer.status_code == 405, name
        assert "GET" in answer["Allow"] or name in ONLY_POST


def test_forms_are_protected_against_other_sites(stage: Stage) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(stage.person(Role.KEEPER), backend="django.contrib.auth.backends.ModelBackend")
    for name in set(DOORS) - NO_POST:
        assert client.post(address(stage, name)).status_code == 403, name


def test_a_visitor_comes_back_to_the_page_after_log_in(stage: Stage) -> None:
    url = address(stage, "espace_members")
    assert Client().get(url)["Location"] == f"{reverse('account_login')}?next={url}"


def test_what_belongs_to_another_campus_is_not_reached_through_mine(stage: Stage) -> None:
    """A director puts the number of another campus's line after the name of their own campus."""
    client = client_of(stage, Role.OTHER_DIRECTOR)
    mine = CampusMembership.objects.get(person=stage.person(Role.OTHER_DIRECTOR)).campus
    before = Change.objects.count()
    assert stage.member is not None and stage.pending is not None
    for name, pk in (("espace_member_end", stage.member.pk), ("espace_people_end", stage.pending.pk)):
        assert client.get(reverse(name, args=[mine.slug, pk])).status_code == 404
        assert client.post(reverse(name, args=[mine.slug, pk]), {"on": "2024"}).status_code == 404
    assert Change.objects.count() == before


def test_an_unknown_campus_answers_like_a_forbidden_one(stage: Stage) -> None:
    client = client_of(stage, Role.OTHER_DIRECTOR)
    forbidden = client.get(reverse("espace_campus", args=[stage.campus.slug]))
    unknown = client.get(reverse("espace_campus", args=["n-existe-pas"]))
    assert not Campus.objects.filter(slug="n-existe-pas").exists()
    assert forbidden.status_code == unknown.status_code == 404
    token = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
    assert token.sub(b"", forbidden.content) == token.sub(b"", unknown.content)
