"""The doors of the workspace: who may read each page, who may post to it, how the others are turned away."""

from typing import NamedTuple

from cmq.core.rights import Role
from tests import hiring, letters_desk, money, newsrooms, partnering, shared_work, taught, touring

EVERYONE = frozenset(Role) - {Role.VISITOR, Role.DISABLED}
ON_CAMPUS = frozenset({Role.CONTRIBUTOR, Role.DIRECTOR, Role.KEEPER, Role.TECHNICIAN})
HEADS = ON_CAMPUS - {Role.CONTRIBUTOR}
IN_ORGANISATION = frozenset({Role.MEMBER, Role.KEEPER, Role.TECHNICIAN})
TECHNICIAN = frozenset({Role.TECHNICIAN})
KEEPERS = frozenset({Role.KEEPER, Role.TECHNICIAN})
LETTER_READERS = KEEPERS | {Role.SECRETARY}
NOBODY: frozenset[Role] = frozenset()


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
        (
            "registre_sources",
            "registre_source",
            "registre_job_notes",
            "registre_sought",
            "registre_tasks",
            "registre_refusals",
        ),
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
    "espace_own_data": Door(EVERYONE, NOBODY),
    "espace_own_data_file": Door(EVERYONE, EVERYONE),
    "espace_account_erase": Door(EVERYONE, EVERYONE),
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
    "espace_own_data",
    "espace_own_data_file",
    "espace_account_erase",
}
# Pages that take no POST at all, and those that take nothing else.
NO_POST = {name for name, door in DOORS.items() if not door.posts}
ONLY_POST = {
    "espace_own_data_file",
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
    "espace_own_data_file",
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
# What binds an institution, or logs a device out: asked only of somebody who proved a short while ago who they are.
ASKS_AGAIN = {"file_sign", "decision_sign", "item_position", "item_abstain"}
ASKS_AGAIN |= {"espace_device_end", "espace_devices_end", "espace_own_data_file", "espace_account_erase"}
ASKS_AGAIN |= {"espace_tokens"}
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
