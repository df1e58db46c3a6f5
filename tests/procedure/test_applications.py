"""A file from its opening to its joint submission."""

import datetime as dt
import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from cmq.applications import rules
from cmq.applications.actions import attachments, closing, submission, writing
from cmq.applications.actions.moves import Stale, move
from cmq.applications.models import (
    ApplicationKind,
    ApplicationState,
    LabelApplication,
    Move,
    RequestSide,
    SectionRevision,
)
from cmq.applications.rules import Lack
from cmq.campuses.models import CampusRole, Category
from cmq.core import feed
from cmq.core.differences import differences
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import AppendOnlyError, Change, OutgoingMail
from cmq.organisations.models import OrganisationRole
from cmq.reference.models import Academie
from tests.factories import a_campus, a_person, an_organisation
from tests.procedure.world import (
    PDF,
    World,
    a_draft,
    a_submitted,
    a_world,
    complete,
    in_body,
    in_campus,
    label,
)

pytestmark = pytest.mark.django_db
S = ApplicationState


@pytest.fixture
def world() -> World:
    return a_world()


def a_file(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "content": ContentFile(content), "size": len(content)}


def a_zip(parts: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return buffer.getvalue()


# Opening


def test_a_file_has_a_section_for_each_criterion_and_requirement(world: World) -> None:
    application = a_draft(world)
    assert application.sections.exclude(criterion=None).count() == 11
    assert application.sections.exclude(requirement=None).count() == 5
    assert application.reference == "CMQ-2026-0001"
    assert application.state == S.DRAFT


def test_references_follow_each_other(world: World) -> None:
    assert a_draft(world).reference == "CMQ-2026-0001"
    assert a_draft(world, campus=a_campus()).reference == "CMQ-2026-0002"


def test_one_file_at_a_time_for_one_request(world: World) -> None:
    a_draft(world)
    with pytest.raises(Refusal, match="déjà en cours"):
        writing.open_application(
            world.campus, campaign=world.campaign, kind=ApplicationKind.FIRST, by=world.director, at=world.at
        )
    assert LabelApplication.objects.count() == 1


def test_only_the_director_opens(world: World) -> None:
    for person in (world.contributor, world.instructor, world.secretary, a_person()):
        with pytest.raises(NotAllowed):
            writing.open_application(
                world.campus, campaign=world.campaign, kind=ApplicationKind.FIRST, by=person, at=world.at
            )


def test_a_renewal_needs_a_label(world: World) -> None:
    with pytest.raises(Refusal, match="aucun label"):
        a_draft(world, ApplicationKind.RENEWAL)
    label(world.campus, dt.date(2021, 9, 1))
    assert a_draft(world, ApplicationKind.RENEWAL).kind == ApplicationKind.RENEWAL


def test_a_closed_submission_opens_no_file(world: World) -> None:
    assert world.campaign.submission_until is not None
    late = world.campaign.submission_until + dt.timedelta(seconds=1)
    with pytest.raises(Refusal, match="terminé"):
        writing.open_application(
            world.campus, campaign=world.campaign, kind=ApplicationKind.FIRST, by=world.director, at=late
        )


def test_a_change_asks_one_question_only(world: World) -> None:
    label(world.campus, dt.date(2021, 9, 1))
    application = a_draft(world, ApplicationKind.CHANGE)
    assert application.sections.count() == 1
    assert not rules.expected_documents(application)


def test_the_renewal_starts_from_the_last_file(world: World) -> None:
    label(world.campus, dt.date(2021, 9, 1))
    application = a_submitted(world)
    LabelApplication.objects.filter(pk=application.pk).update(state=S.AWARDED)
    renewal = a_draft(world, ApplicationKind.RENEWAL)
    first = renewal.sections.get(position=1)
    assert first.text == first.earlier_text == "Texte 1."
    assert renewal.previous == application
    assert renewal.territory == "Le territoire d’essai"


# Writing


def test_each_save_is_a_revision_and_a_line_of_the_journal(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    start, public = feed.position(), feed.public_position()
    section = writing.save_section(section, text="Un.", version=0, by=world.director, at=world.at)
    section = writing.save_section(section, text="Deux.", version=1, by=world.contributor, at=world.at)
    assert list(section.revisions.values_list("version", "text")) == [(2, "Deux."), (1, "Un."), (0, "")]
    assert [line.act for line in Change.objects.after(start)] == ["applications.save_section"] * 2
    assert feed.public_position() == public


def test_the_same_text_again_is_no_revision(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    section = writing.save_section(section, text="Un.", version=0, by=world.director, at=world.at)
    assert writing.save_section(section, text="Un.", version=0, by=world.director, at=world.at).version == 1


def test_two_hands_in_one_section_are_merged(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    base = "Le diagnostic est fait.\n\nLes besoins sont connus.\n\nLa suite viendra."
    section = writing.save_section(section, text=base, version=0, by=world.director, at=world.at)
    theirs = base.replace("est fait", "est partagé avec la branche")
    mine = base.replace("La suite viendra", "La suite est écrite")
    writing.save_section(section, text=theirs, version=1, by=world.director, at=world.at)
    merged = writing.save_section(section, text=mine, version=1, by=world.contributor, at=world.at)
    assert merged.text == theirs.replace("La suite viendra", "La suite est écrite")
    assert merged.version == 3


def test_the_same_words_written_twice_are_given_back(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    section = writing.save_section(section, text="Le diagnostic est fait.", version=0, by=world.director, at=world.at)
    writing.save_section(section, text="Le diagnostic est partagé.", version=1, by=world.director, at=world.at)
    with pytest.raises(writing.Overtaken, match="n’est pas perdu") as caught:
        writing.save_section(section, text="Tout reste à faire ici.", version=1, by=world.contributor, at=world.at)
    assert caught.value.theirs == "Le diagnostic est partagé."
    assert caught.value.version == 2
    section.refresh_from_db()
    assert (section.text, section.version) == ("Le diagnostic est partagé.", 2)


def test_a_version_from_nowhere_is_a_conflict(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    with pytest.raises(writing.Overtaken):
        writing.save_section(section, text="x", version=99, by=world.director, at=world.at)


def test_revisions_cannot_be_rewritten(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    with pytest.raises(AppendOnlyError):
        SectionRevision.objects.filter(section=section).update(text="faux")
    with pytest.raises(AppendOnlyError):
        Move.objects.update(reason="faux")


def test_a_text_too_long_is_refused_with_its_length(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    with pytest.raises(Refusal, match="40001"):
        writing.save_section(section, text="x" * 40_001, version=0, by=world.director, at=world.at)


def test_who_is_writing_is_seen_for_a_minute(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    writing.be_present(section, world.contributor, at=world.at)
    writing.be_present(section, world.director, at=world.at)
    soon, later = world.at + dt.timedelta(seconds=59), world.at + dt.timedelta(seconds=61)
    assert writing.others_present(section, world.director, at=soon) == [world.contributor]
    assert writing.others_present(section, world.director, at=later) == []


def test_differences_are_words_kept_removed_added() -> None:
    found = differences("Un bon plan", "Un très bon plan")
    assert "".join(text for kind, text in found if kind != "removed") == "Un très bon plan"
    assert "".join(text for kind, text in found if kind != "added") == "Un bon plan"
    assert {kind for kind, _ in found} == {"same", "added"}


def test_a_comment_holds_the_file_until_resolved(world: World) -> None:
    application = complete(a_draft(world), world)
    section = application.sections.get(position=3)
    remark = writing.comment(section, text="À préciser.", by=world.instructor, at=world.at)
    assert [lack.kind for lack in rules.missing(application)] == [Lack.COMMENT]
    writing.resolve_comment(remark, by=world.director, at=world.at)
    assert rules.missing(application) == []
    with pytest.raises(Refusal, match="déjà réglé"):
        writing.resolve_comment(remark, by=world.director, at=world.at)


def test_strangers_write_nothing(world: World) -> None:
    section = a_draft(world).sections.get(position=1)
    elsewhere = in_campus(a_campus(), CampusRole.DIRECTOR)
    for person in (elsewhere, world.recteur, world.observer, world.secretary, a_person()):
        with pytest.raises(NotAllowed):
            writing.save_section(section, text="x", version=0, by=person, at=world.at)
        with pytest.raises(NotAllowed):
            writing.comment(section, text="x", by=person, at=world.at)


@pytest.mark.parametrize("years", [0, 6])
def test_a_label_lasts_one_to_five_years(world: World, years: int) -> None:
    application = a_draft(world)
    with pytest.raises(Refusal, match="un à cinq ans"):
        writing.ask(application, version=1, duration_years=years, by=world.director)
    with pytest.raises(IntegrityError), transaction.atomic():
        LabelApplication.objects.filter(pk=application.pk).update(duration_years=years)


def test_what_is_asked_is_locked_by_its_version(world: World) -> None:
    application = a_draft(world)
    writing.ask(application, version=1, duration_years=3, by=world.director)
    with pytest.raises(Refusal, match="rechargez"):
        writing.ask(application, version=1, duration_years=5, by=world.contributor)
    application.refresh_from_db()
    assert application.duration_years == 3


# Completeness


def test_what_is_missing_is_told_by_kind(world: World) -> None:
    application = a_draft(world)
    kinds = [lack.kind for lack in rules.missing(application)]
    assert kinds.count(Lack.SECTION) == 11
    assert kinds.count(Lack.DOCUMENT) == 5
    assert rules.completeness(application, rules.missing(application)) == 0
    application = complete(application, world)
    assert rules.missing(application) == []
    assert rules.completeness(application, []) == 100


def test_excellence_asks_for_its_requirements(world: World) -> None:
    application = complete(a_draft(world), world)
    requirement = application.sections.exclude(requirement=None)[0]
    writing.save_section(requirement, text="", version=requirement.version, by=world.director, at=world.at)
    assert rules.missing(application) == []
    application = writing.ask(
        application,
        version=application.version,
        category=Category.EXCELLENCE,
        filiere=world.campus.filiere,
        territory="x",
        duration_years=5,
        by=world.director,
    )
    assert [lack.section for lack in rules.missing(application)] == [requirement]


# Attachments


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("malware.pdf", b"MZ\x90\x00" + b"\0" * 200, "n’est pas ce que son nom dit"),
        ("script.pdf", b"<html><script>alert(1)</script></html>", "n’est pas ce que son nom dit"),
        ("texte.pdf", b"bonjour", "n’est pas ce que son nom dit"),
        ("image.png", PDF, "n’est pas ce que son nom dit"),
        ("programme.exe", b"MZ", "joignez un PDF"),
        ("page.html", b"<html>", "joignez un PDF"),
        ("sans-extension", PDF, "joignez un PDF"),
        ("vide.pdf", b"", "est vide"),
        ("faux.docx", PDF, "n’est pas ce que son nom dit"),
        ("faux.docx", a_zip({"xl/workbook.xml": "x"}), "n’est pas ce que son nom dit"),
        ("macro.docx", a_zip({"word/document.xml": "x", "word/vbaProject.bin": "x"}), "macros"),
        ("faux.odt", a_zip({"content.xml": "x", "mimetype": "application/zip"}), "n’est pas ce que son nom dit"),
    ],
)
def test_what_a_file_is_not(world: World, name: str, content: bytes, message: str) -> None:
    application = a_draft(world)
    with pytest.raises(Refusal, match=message):
        attachments.attach(application, **a_file(name, content), by=world.director, at=world.at)
    assert not application.attachments.exists()


def test_what_a_file_may_be(world: World, settings: object, tmp_path: object) -> None:
    application = a_draft(world)
    odt = a_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x"})
    for name, content in (
        ("C:\\Docs\\Lettre conjointe.PDF", PDF),
        ("../../etc/passwd.docx", a_zip({"word/document.xml": "x", "[Content_Types].xml": "x"})),
        ("bilan.odt", odt),
        ("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"\0" * 20),
    ):
        attachments.attach(application, **a_file(name, content), by=world.director, at=world.at)
    names = [each.name for each in application.attachments.all()]
    assert names == ["Lettre conjointe.pdf", "passwd.docx", "bilan.odt", "logo.png"]
    assert all(".." not in each.file.name for each in application.attachments.all())


def test_a_file_too_large_is_refused_before_it_is_read(world: World, settings: object) -> None:
    with pytest.raises(Refusal, match="dépasse 20 Mo"):
        attachments.attach(
            a_draft(world),
            name="gros.pdf",
            content=ContentFile(b""),
            size=2 * 1024**3,
            by=world.director,
            at=world.at,
        )


def test_the_same_file_is_joined_once(world: World) -> None:
    application = a_draft(world)
    attachment = attachments.attach(application, **a_file("a.pdf", PDF), by=world.director, at=world.at)
    with pytest.raises(Refusal, match="déjà jointe"):
        attachments.attach(application, **a_file("b.pdf", PDF), by=world.director, at=world.at)
    attachments.detach(attachment, by=world.director, at=world.at)
    attachments.attach(application, **a_file("b.pdf", PDF), by=world.director, at=world.at)


@pytest.mark.parametrize(
    ("command", "message"),
    [(["false"], "L’antivirus refuse"), (["sh", "-c", "exit 2"], "ne répond pas"), (["n-existe-pas"], "ne répond pas")],
)
def test_the_antivirus_has_the_last_word(world: World, settings: object, command: list[str], message: str) -> None:
    settings.ANTIVIRUS = command
    application = a_draft(world)
    with pytest.raises(Refusal, match=message):
        attachments.attach(application, **a_file("a.pdf", PDF), by=world.director, at=world.at)
    settings.ANTIVIRUS = ["cat"]
    attachment = attachments.attach(application, **a_file("a.pdf", PDF), by=world.director, at=world.at)
    assert attachment.scan == "saine"


# Joint submission


def test_the_last_signature_hands_in_and_seals(world: World) -> None:
    application = complete(a_draft(world), world)
    application = submission.send_to_signature(application, by=world.director, at=world.at)
    application = submission.sign_submission(application, by=world.president, at=world.at)
    assert (application.state, application.submitted_at) == (S.SIGNING, None)
    application = submission.sign_submission(application, by=world.recteur, at=world.at)
    assert application.state == S.SUBMITTED
    assert application.submitted_at == world.at
    assert application.digest == rules.digest_of(application)
    receipts = OutgoingMail.objects.filter(key__startswith="receipt:")
    assert {mail.to for mail in receipts} == {world.director.email, world.recteur.email, world.president.email}
    assert application.digest in receipts[0].text


def test_nothing_is_written_once_in_signature(world: World) -> None:
    application = complete(a_draft(world), world)
    submission.send_to_signature(application, by=world.director, at=world.at)
    section = application.sections.get(position=1)
    with pytest.raises(Refusal, match="ne s’écrit plus"):
        writing.save_section(section, text="x", version=section.version, by=world.director, at=world.at)
    with pytest.raises(Refusal, match="ne s’écrit plus"):
        attachments.attach(application, **a_file("a.pdf", PDF + b"z"), by=world.director, at=world.at)


def test_a_signature_is_given_once_and_for_the_right_side(world: World) -> None:
    application = complete(a_draft(world), world)
    submission.send_to_signature(application, by=world.director, at=world.at)
    submission.sign_submission(application, by=world.recteur, at=world.at)
    with pytest.raises(Refusal, match="déjà donnée"):
        submission.sign_submission(application, by=world.recteur, at=world.at)
    with pytest.raises(NotAllowed):
        submission.sign_submission(application, by=world.recteur, side=RequestSide.REGION, at=world.at)
    elsewhere = an_organisation("Autre région", region=a_campus(region="53").region, kind="collectivite")
    for person in (world.director, world.instructor, in_body(elsewhere, OrganisationRole.PRESIDENT)):
        with pytest.raises(NotAllowed):
            submission.sign_submission(application, by=person, at=world.at)
    assert application.signatures.count() == 1


def test_a_delegate_signs_with_the_date_of_the_delegation(world: World) -> None:
    delegate = in_body(world.council, OrganisationRole.DELEGATE)
    application = complete(a_draft(world), world)
    submission.send_to_signature(application, by=world.director, at=world.at)
    submission.sign_submission(application, by=delegate, at=world.at)
    signature = application.signatures.get()
    assert signature.side == RequestSide.REGION
    assert signature.delegated_since == dt.date(2020, 1, 1)
    assert "Délégataire" in signature.signer


def test_a_body_of_one_academie_does_not_sign_for_the_region(world: World) -> None:
    lille = Academie.objects.get(name="Lille")
    body = an_organisation("Académie", kind="rectorat", region=lille.region, academie=lille)
    application = complete(a_draft(world), world)
    submission.send_to_signature(application, by=world.director, at=world.at)
    with pytest.raises(NotAllowed):
        submission.sign_submission(application, by=in_body(body, OrganisationRole.RECTEUR), at=world.at)


def test_the_deadline_holds_to_the_second(world: World) -> None:
    application = complete(a_draft(world), world)
    until = world.campaign.submission_until
    assert until is not None
    submission.send_to_signature(application, by=world.director, at=until)
    submission.sign_submission(application, by=world.recteur, at=until)
    with pytest.raises(Refusal, match="s’est terminé le"):
        submission.sign_submission(application, by=world.president, at=until + dt.timedelta(seconds=1))
    assert application.signatures.count() == 1
    assert submission.sign_submission(application, by=world.president, at=until).state == S.SUBMITTED


def test_a_recall_voids_the_signatures(world: World) -> None:
    application = complete(a_draft(world), world)
    submission.send_to_signature(application, by=world.director, at=world.at)
    submission.sign_submission(application, by=world.recteur, at=world.at)
    application = submission.recall(application, reason="Une faute à corriger.", by=world.president, at=world.at)
    assert application.state == S.DRAFT
    submission.send_to_signature(application, by=world.director, at=world.at)
    application = submission.sign_submission(application, by=world.president, at=world.at)
    assert application.state == S.SIGNING
    assert application.signatures.filter(voided_at=None).count() == 1


def test_an_incomplete_file_is_not_sent(world: World) -> None:
    application = a_draft(world)
    with pytest.raises(Refusal, match="pas complet"):
        submission.send_to_signature(application, by=world.director, at=world.at)
    with pytest.raises(NotAllowed):
        submission.send_to_signature(application, by=world.contributor, at=world.at)


def test_a_stale_page_is_refused(world: World) -> None:
    application = complete(a_draft(world), world)
    seen = application.step
    submission.send_to_signature(application, by=world.director, step=seen, at=world.at)
    with pytest.raises(Stale, match="vieilli"):
        submission.withdraw(application, reason="Non.", by=world.director, step=seen, at=world.at)


def test_no_move_outside_the_table(world: World) -> None:
    application = a_draft(world)
    for state in set(S) - rules.MOVES[S.DRAFT] - {S.DRAFT}:
        with feed.change_set(), pytest.raises(Refusal, match="ne peut pas devenir"):
            move(application, state, by=None, at=world.at)
    assert application.moves.count() == 0


def test_a_submitted_file_is_sealed_in_sql(world: World) -> None:
    application = a_draft(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        LabelApplication.objects.filter(pk=application.pk).update(state=S.SUBMITTED)


def test_closing_a_campaign_settles_the_drafts_and_waits_for_the_others(world: World) -> None:
    draft = a_draft(world, campus=a_campus())
    submitted = a_submitted(world)
    with pytest.raises(Refusal, match="attendent encore"):
        closing.close(world.campaign, by=world.secretary, at=world.at)
    submission.withdraw(submitted, reason="Non.", by=world.director, at=world.at)
    assert closing.close(world.campaign, by=world.secretary, at=world.at) == 1
    draft.refresh_from_db()
    assert draft.state == S.WITHDRAWN
    with pytest.raises(Refusal, match="close"):
        writing.comment(draft.sections.all()[0], text="x", by=world.secretary, at=world.at)


# Who reads


def test_readable_files_are_those_of_ones_campus_territory_or_nation(world: World) -> None:
    draft = a_draft(world)
    other = a_submitted(world, campus=a_campus(region="32"))
    far = a_draft(world, campus=a_campus(region="53"))
    assert set(rules.readable_by(world.director)) == {draft}
    assert set(rules.readable_by(world.instructor)) == {draft, other}
    assert set(rules.readable_by(world.recteur)) == {draft, other}
    assert set(rules.readable_by(world.observer)) == {other}
    assert set(rules.readable_by(world.secretary)) == {draft, other, far}
    assert set(rules.readable_by(a_person())) == set()
