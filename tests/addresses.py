"""An address of each page of the workspace, on the stage of `tests.cast`."""

import datetime as dt
from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import HelpConsent
from cmq.awards.models import MinisterialOrder
from cmq.campuses.models import Campus, CampusField
from cmq.careers.models import Occupation
from cmq.core.models import OutgoingMail
from cmq.core.rights import Role
from cmq.expertise.models import DeclaredConflict
from cmq.imports.models import ImportState, RegisterImport
from cmq.service.models import ServiceNotice
from tests.cast import Stage
from tests.doors import LIVING, OWN_PAGES


def address(stage: Stage, name: str) -> str:
    """The address of a page, about what stands on the stage."""
    slug = stage.campus.slug
    arguments: dict[str, Callable[[], tuple[object, ...]]] = {
        "espace_fact": lambda: (slug, CampusField.ACRONYM.value),
        "espace_member_known": lambda: (slug, stage.organisation.pk),
        "espace_member_end": lambda: (slug, stage.member.pk if stage.member else 0),
        "espace_people_end": lambda: (slug, stage.pending.pk if stage.pending else 0),
        "espace_organisation": lambda: (stage.organisation.pk,),
        "espace_organisation_invite": lambda: (stage.organisation.pk,),
        "espace_organisation_scope": lambda: (stage.organisation.pk,),
        "espace_organisation_end": lambda: (stage.organisation.pk, stage.contact.pk if stage.contact else 0),
        "registre_report": lambda: (stage.report.pk if stage.report else 0,),
        "registre_prefer": lambda: (stage.fact.pk if stage.fact else 0,),
        "registre_withdraw": lambda: (stage.fact.pk if stage.fact else 0,),
        "registre_match": lambda: (stage.unmatched.pk if stage.unmatched else 0,),
        "registre_correct": lambda: (stage.decision.pk if stage.decision else 0,),
        "registre_source": lambda: ("rome",),
        "espace_device_end": lambda: (1,),
        "espace_helping_begin": lambda: (_a_consent(stage).pk,),
        "registre_job_note": lambda: (
            Occupation.objects.get_or_create(code="J1501", defaults={"title": "Soin", "slug": "j1501"})[0].pk,
        ),
        "registre_letter": lambda: (OutgoingMail.objects.latest("pk").pk,),
        "registre_letter_model": lambda: ("invitation",),
        "registre_letter_drawn": lambda: ("invitation",),
        "registre_void": lambda: (stage.decision.pk if stage.decision else 0,),
        "registre_notice_end": lambda: (a_notice().pk,),
        "registre_import": lambda: (an_import().pk,),
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
    return reverse(name, args=arguments[name]() if name in arguments else on_campus)


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


def a_job() -> Occupation:
    """A job sheet, however the careers were loaded."""
    return Occupation.objects.get_or_create(code="J1501", defaults={"title": "Soin", "slug": "j1501"})[0]


def a_notice() -> ServiceNotice:
    """Something announced to readers that is not over."""
    return ServiceNotice.objects.create(title="Lenteurs", starts_at=timezone.now())


def an_import() -> RegisterImport:
    """A file that waits to be applied."""
    return RegisterImport.objects.create(name="campus.csv", uploaded_at=timezone.now(), state=ImportState.CHECKED)
