"""Writing a file together: opened, asked for, written section by section, commented; no word is lost."""

import datetime as dt
from collections.abc import Iterable

from diff_match_patch import diff_match_patch
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications import rules
from cmq.applications.actions.moves import lock
from cmq.applications.models import (
    ApplicationKind,
    ApplicationState,
    Comment,
    LabelApplication,
    Presence,
    Section,
    SectionRevision,
)
from cmq.campaigns.models import Campaign, CampaignState, Phase
from cmq.campuses.models import Campus, Category
from cmq.core.errors import Refusal, require, require_right
from cmq.core.feed import action, record
from cmq.core.text import one_line
from cmq.labels.models import Label
from cmq.reference.models import Filiere

PRESENT_FOR = dt.timedelta(seconds=60)
LONGEST_TEXT = 40_000  # characters of one section

_ONE_QUESTION = {
    ApplicationKind.CHANGE: "Ce qui change et pourquoi",
    ApplicationKind.END: "Pourquoi le label prend fin, et ce que deviennent les apprenants",
}


class Overtaken(Refusal):
    """Somebody saved the same words first, otherwise. `theirs` is what stands now; the refused text is the caller's."""

    def __init__(self, section: Section, base: str) -> None:
        super().__init__(
            f"{section.updated_by or 'Une autre personne'} a modifié le même passage entre-temps. Votre texte n’est "
            "pas perdu : comparez les deux versions ci-dessous, puis enregistrez celle que vous gardez."
        )
        self.theirs, self.version, self.base = section.text, section.version, base


@action
def open_application(
    campus: Campus, *, campaign: Campaign, kind: ApplicationKind, by: User | None, at: dt.datetime | None = None
) -> LabelApplication:
    """Open a file for a campus; what an earlier file said is its first draft.

    `by` is None for the command line. Raises `NotAllowed`, and `Refusal` when the campaign takes no file, a label is
    needed and none is known, or the same request runs already.
    """
    require_right(by is None or rules.can_open(by, campus))
    at = at or timezone.now()
    # Lock the campaign: two files opened at once must not take the same number.
    campaign = Campaign.objects.select_for_update(of=("self",)).select_related("specification").get(pk=campaign.pk)
    require(campaign.state == CampaignState.OPEN, "Cette campagne n’est pas ouverte.")
    is_early_enough = campaign.phase(at) in (Phase.ANNOUNCED, Phase.SUBMISSION)
    require(is_early_enough, "Le dépôt de cette campagne est terminé.")
    require(campaign.is_demo == campus.is_demo, "La démonstration et le réel ne se mélangent pas.")
    held = Label.objects.filter(campus=campus, starts_from__lte=timezone.localdate(at)).exists()
    require(
        held or not kind.needs_label,
        "Le registre ne connaît aucun label de ce campus : demandez une première labellisation.",
    )
    previous = campus.applications.filter(state=ApplicationState.AWARDED).order_by("-submitted_at").first()
    application = LabelApplication(
        campaign=campaign,
        campus=campus,
        kind=kind,
        previous=previous,
        created_at=at,
        category=Category.EXCELLENCE if kind is ApplicationKind.RAISE else campus.category if kind.gives_label else "",
        filiere=campus.filiere if kind.gives_label and not campus.filiere_is_deduced else None,
        territory=previous.territory if previous and kind.gives_label else "",
    )
    _save_with_reference(application, at)
    _make_sections(application, by, at)
    record(
        application,
        "applications.open",
        f"Dossier ouvert : {application.reference}, {kind.label}, {campus}.",
        is_private=True,
    )
    return application


@action
def ask(
    application: LabelApplication,
    *,
    version: int,
    name: str = "",
    category: str = "",
    filiere: Filiere | None = None,
    territory: str = "",
    duration_years: int | None = None,
    absorbed: Iterable[Campus] = (),
    by: User,
) -> LabelApplication:
    """Say what the file asks for. `version` is the one that the person saw. Raises `NotAllowed`, `Refusal`."""
    application = lock(application)
    require_right(rules.can_write(by, application))
    require(application.state == ApplicationState.DRAFT, "Ce qui est demandé ne change plus après la rédaction.")
    require(version == application.version, "Une autre personne a modifié la demande entre-temps : rechargez la page.")
    require(
        duration_years is None or 1 <= duration_years <= 5,
        "Un label dure de un à cinq ans (article D.335-34 du code de l’éducation).",
    )
    require(category in ("", *Category.values), "Choisissez l’une des deux catégories.")
    others = list(absorbed)
    require(application.campus not in others, "Un campus ne fusionne pas avec lui-même.")
    require(
        all(other.is_demo == application.campus.is_demo for other in others),
        "La démonstration et le réel ne se mélangent pas.",
    )
    application.name, application.category, application.filiere = one_line(name), category, filiere
    application.territory, application.duration_years = territory.strip(), duration_years
    application.version += 1
    application.save()
    application.absorbed.set(others)
    record(application, "applications.ask", f"Demande modifiée : {application.reference}.", is_private=True)
    return application


@action
def save_section(section: Section, *, text: str, version: int, by: User, at: dt.datetime | None = None) -> Section:
    """Save a section written from `version` on; the saved section is returned.

    When somebody saved in between, both texts are merged where they touch different words; where they touch the same
    ones, `Overtaken` is raised and nothing is written. Raises `NotAllowed`, `Refusal`.
    """
    at = at or timezone.now()
    application = LabelApplication.objects.select_related("campaign", "campus").get(pk=section.application_id)
    require_right(rules.can_write(by, application))
    # Lock the section only: people writing other sections do not wait.
    section = Section.objects.select_for_update(of=("self",)).select_related("updated_by").get(pk=section.pk)
    require(
        rules.is_open_to_writing(application, section),
        f"Le dossier est « {application.get_state_display()} » : cette partie ne s’écrit plus. Copiez votre texte "
        "avant de quitter la page.",
    )
    text = text.replace("\r\n", "\n").strip()
    require(
        len(text) <= LONGEST_TEXT, f"Une partie compte au plus {LONGEST_TEXT} signes ; la vôtre en compte {len(text)}."
    )
    if text == section.text:
        return section
    if version != section.version:
        text = _merged(section, text, version)
    section.text, section.version = text, section.version + 1
    section.updated_at, section.updated_by = at, by
    section.save(update_fields=["text", "version", "updated_at", "updated_by"])
    SectionRevision.objects.create(section=section, version=section.version, text=text, at=at, by=by)
    record(
        section,
        "applications.save_section",
        f"{application.reference} – « {section.title} », version {section.version}.",
        is_private=True,
    )
    return section


@action
def comment(section: Section, *, text: str, by: User, at: dt.datetime | None = None) -> Comment:
    """Remark on a section; the file cannot be signed before it is resolved. Raises `NotAllowed`, `Refusal`."""
    application = lock(section.application)
    require_right(rules.can_write(by, application))
    require(not application.is_over, "Ce dossier est clos.")
    require(text.strip(), "Écrivez votre commentaire.")
    require(len(text) <= 4000, "Un commentaire compte au plus 4 000 signes.")
    made = Comment.objects.create(section=section, person=by, text=text.strip(), at=at or timezone.now())
    record(
        section, "applications.comment", f"{application.reference} – commentaire sur « {section} ».", is_private=True
    )
    return made


@action
def resolve_comment(remark: Comment, *, by: User, at: dt.datetime | None = None) -> None:
    """Say that a comment is dealt with. Raises `NotAllowed`, `Refusal`."""
    application = lock(remark.section.application)
    require_right(rules.can_write(by, application))
    remark = Comment.objects.select_for_update(of=("self",)).select_related("section").get(pk=remark.pk)
    require(remark.resolved_at is None, "Ce commentaire est déjà réglé.")
    remark.resolved_at = at or timezone.now()
    remark.save(update_fields=["resolved_at"])
    summary = f"{application.reference} – commentaire réglé sur « {remark.section} »."
    record(remark.section, "applications.resolve_comment", summary, is_private=True)


def be_present(section: Section, person: User, *, at: dt.datetime | None = None) -> None:
    """Say that a person has a section open for writing; not an act, so no line of the journal."""
    Presence.objects.update_or_create(section=section, person=person, defaults={"seen_at": at or timezone.now()})


def others_present(section: Section, person: User, *, at: dt.datetime | None = None) -> list[User]:
    """Who else is writing in a section now."""
    since = (at or timezone.now()) - PRESENT_FOR
    present = section.presences.filter(seen_at__gt=since).exclude(person=person).select_related("person")
    return [each.person for each in present.order_by("seen_at", "pk")]


def _merged(section: Section, text: str, version: int) -> str:
    base = SectionRevision.objects.filter(section=section, version=version).values_list("text", flat=True).first()
    tool = diff_match_patch()
    # Exact words only, wherever they have moved to: a passage that is no longer there is a conflict, not a guess.
    tool.Match_Threshold, tool.Match_Distance, tool.Patch_DeleteThreshold = 0.01, 10**9, 0.0
    merged, applied = tool.patch_apply(tool.patch_make(base or "", text), section.text)
    if base is None or not all(applied):
        raise Overtaken(section, base or "")
    return str(merged)


def _save_with_reference(application: LabelApplication, at: dt.datetime) -> None:
    year = timezone.localtime(at).year
    prefix = f"{'DEMO' if application.campaign.is_demo else 'CMQ'}-{year}-"
    while True:
        last = LabelApplication.objects.filter(reference__startswith=prefix).aggregate(m=models.Max("reference"))["m"]
        application.reference = f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04}"
        try:
            with transaction.atomic():
                application.save(force_insert=True)
        except IntegrityError as error:
            # A file of another campaign took the number, or the same request is running already.
            running = application.campus.applications.running().filter(kind=application.kind)
            if running.exists():
                raise Refusal("Un dossier de cette sorte est déjà en cours pour ce campus.") from error
            if not LabelApplication.objects.filter(reference=application.reference).exists():
                raise
        else:
            return


def _make_sections(application: LabelApplication, by: User | None, at: dt.datetime) -> None:
    kind = ApplicationKind(application.kind)
    if kind in _ONE_QUESTION:
        sections = [Section(application=application, position=1, title=_ONE_QUESTION[kind])]
    else:
        sections = _sections_of_the_specification(application)
    earlier = {}
    if application.previous and kind.gives_label:
        earlier = {section.title: section.text for section in application.previous.sections.all()}
    for section in sections:
        section.text = section.earlier_text = earlier.get(section.title, "")
        section.save()
        SectionRevision.objects.create(section=section, version=0, text=section.text, at=at, by=by)


def _sections_of_the_specification(application: LabelApplication) -> list[Section]:
    specification = application.campaign.specification
    criteria = [
        Section(application=application, position=criterion.number, title=criterion.title, criterion=criterion)
        for criterion in specification.criteria.all()
    ]
    first = max((section.position for section in criteria), default=0)
    requirements = [
        Section(
            application=application,
            position=first + requirement.number,
            title=requirement.title,
            requirement=requirement,
        )
        for requirement in specification.requirements.all()
    ]
    return criteria + requirements
