"""An issue is filled by rule or by hand, frozen once proposed, and leaves only when a second person agrees."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cmq.campuses.models import Campus
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import OutgoingMail
from cmq.editorial.models import Article, Rubric
from cmq.newsletter import rules, sources
from cmq.newsletter.actions import agreeing, composing
from cmq.newsletter.models import BlockKind, Issue, IssueState, Rhythm
from cmq.offers.models import JobOffer
from cmq.reference.models import Commune
from cmq.tours.actions import planning
from tests.factories import a_campus, a_person
from tests.newsrooms import an_editor
from tests.tours.tour_world import World

from .letter_world import DAY, agreed, an_issue, subjects

pytestmark = pytest.mark.django_db


def an_offer(title: str = "Aide-soignant", *, at: dt.datetime | None = None, **fields: object) -> JobOffer:
    at = at or timezone.now()
    known = {"folded_title": title.lower(), "published_at": at, "modified_at": at, "confirmed_at": at}
    commune = Commune.objects.get(insee_code="62041")
    return JobOffer.objects.create(**{"title": title, "commune": commune, **known, **fields})


def an_article(title: str = "Une rentrée", *, at: dt.datetime | None = None, **fields: object) -> Article:
    at = at or timezone.now() - dt.timedelta(minutes=1)
    rubric, _ = Rubric.objects.get_or_create(slug="vie", defaults={"name": "Vie des campus"})
    known = {"rubric": rubric, "created_at": at, "publish_at": at, "shown_version": 1, "standfirst": "Chapô."}
    return Article.objects.create(**{"title": title, "slug": f"a{Article.objects.count()}", **known, **fields})


def titles(issue: Issue, kind: BlockKind) -> list[str]:
    return [each.title for each in sources.proposals(issue, at=timezone.now())[kind]]


def test_what_is_new_since_the_last_issue_is_proposed_and_each_once() -> None:
    world = World()
    world.stop(10)
    world.stop(60)
    planning.publish_tour(world.tour, by=world.director)
    at = timezone.now()
    an_article("Ancien", at=at - 40 * DAY)
    an_article("À venir", at=at + DAY)
    an_article("Démonstration", is_demo=True)
    article, offer = an_article(), an_offer()
    an_offer("Expirée", at=at - 2 * DAY, expires_at=at)
    issue = an_issue(blocks=0)
    assert titles(issue, BlockKind.ARTICLE) == ["Une rentrée"]
    assert titles(issue, BlockKind.OFFER) == ["Aide-soignant"]
    assert titles(issue, BlockKind.EVENT) == ["La table en route, Arras"]
    assert titles(issue, BlockKind.CAMPUS) == [world.campus.name]
    keys = [f"article:{article.pk}", f"offre:{offer.pk}", f"evenement:{world.tour.stops.first().pk}"]
    assert composing.add(issue, [*keys, keys[0]], by=issue.written_by) == 3
    assert composing.add(issue, keys, by=issue.written_by) == 0
    assert [each.source_key for each in issue.blocks.all()] == keys
    assert issue.blocks.all()[1].region_id == "32" and issue.blocks.all()[0].text == "Chapô."
    assert titles(issue, BlockKind.ARTICLE) == []
    agreed(issue)
    following = an_issue(blocks=0, at=timezone.now())
    assert titles(following, BlockKind.ARTICLE) == [] and titles(following, BlockKind.CAMPUS) == []
    monthly = an_issue(blocks=0, rhythm=Rhythm.MONTHLY)
    assert titles(monthly, BlockKind.ARTICLE) == ["Une rentrée"]


def test_no_subject_fills_the_letter() -> None:
    campus = a_campus(filiere="services-a-la-personne-bien-etre")
    for number in range(6):
        an_offer(f"Offre {number}", campus=Campus.objects.get(pk=campus.pk))
    other = an_offer("Autre filière", at=timezone.now() - DAY)
    found = titles(an_issue(blocks=0), BlockKind.OFFER)
    assert len(found) == 4 and found[-1] == other.title


def test_what_is_not_public_is_not_put_in_and_what_is_no_longer_stops_the_issue() -> None:
    issue, offer = an_issue(), an_offer()
    hidden = an_article("Caché", at=timezone.now() + DAY)
    for key in (f"article:{hidden.pk}", "offre:0", "rien:1", "offre:x", "offre:" + "9" * 40, "", "texte:1"):
        with pytest.raises(Refusal, match="visible de tous"):
            composing.add(issue, [key], by=issue.written_by)
    with pytest.raises(Refusal, match="au moins une chose"):
        composing.add(issue, [], by=issue.written_by)
    composing.add(issue, [f"offre:{offer.pk}"], by=issue.written_by)
    JobOffer.objects.update(expires_at=timezone.now())
    with pytest.raises(Refusal, match="« Aide-soignant »"):
        agreeing.propose(issue, by=issue.written_by)
    assert [each.title for each in sources.search(issue, BlockKind.OFFER, "aide", at=timezone.now())] == []


def test_blocks_are_searched_changed_moved_and_taken_out() -> None:
    issue = an_issue(blocks=3)
    by, blocks = issue.written_by, list(issue.blocks.all())
    an_article("Le goût des autres")
    found = sources.search(issue, BlockKind.ARTICLE, "autres goût", at=timezone.now())
    assert [each.title for each in found] == ["Le goût des autres"]
    composing.move_block(blocks[2], up=True, by=by)
    composing.move_block(blocks[0], up=True, by=by)
    composing.write_block(blocks[0], title=" Autre \n titre ", text="a\r\nb\0", by=by)
    assert [each.title for each in issue.blocks.all()] == ["Autre titre", "Nouvelle 3", "Nouvelle 2"]
    assert issue.blocks.all()[0].text == "a\nb"
    composing.remove_block(blocks[1], by=by)
    with pytest.raises(Refusal, match="n’est plus dans le numéro"):
        composing.remove_block(blocks[1], by=by)
    for title, text, said in ((" ", "", "titre"), ("x" * 201, "", "200"), ("x", "x" * 1501, "1 500")):
        with pytest.raises(Refusal, match=said):
            composing.write_block(blocks[0], title=title, text=text, by=by)
    issue.refresh_from_db()
    composing.remove(issue, by=by)
    assert not Issue.objects.exists()


def test_what_an_issue_says_is_checked_and_nobody_writes_over_another() -> None:
    keeper = an_editor()
    for title, intro, said in ((" ", "", "objet de la lettre"), ("x" * 151, "", "150"), ("x", "x" * 2001, "2 000")):
        with pytest.raises(Refusal, match=said):
            composing.begin(title=title, intro=intro, by=keeper)
    issue = an_issue(by=keeper)
    composing.write(issue, title="A", intro="", rhythm=Rhythm.WEEKLY, version=issue.version, by=keeper)
    with pytest.raises(Refusal, match="entre-temps"):
        composing.write(issue, title="B", intro="", rhythm=Rhythm.WEEKLY, version=issue.version, by=keeper)
    with pytest.raises(NotAllowed):
        composing.begin(title="A", by=a_person())


def test_a_second_person_agrees_and_it_has_a_number_from_then_on() -> None:
    issue = an_issue()
    writer, second = issue.written_by, an_editor()
    agreeing.propose(issue, by=writer)
    issue.refresh_from_db()
    with pytest.raises(NotAllowed, match="seconde personne"):
        agreeing.agree(issue, version=issue.version, by=writer)
    with pytest.raises(Refusal, match="plus en rédaction"):
        composing.add_text(issue, title="Encore", text="", by=second)
    with pytest.raises(Refusal, match="entre-temps"):
        agreeing.agree(issue, version=issue.version - 1, by=second)
    with pytest.raises(Refusal, match="soixante jours"):
        agreeing.agree(issue, version=issue.version, scheduled_for=timezone.now() + 61 * DAY, by=second)
    done = agreeing.agree(issue, version=issue.version, by=second)
    assert (done.number, done.state, done.approved_by) == (1, IssueState.AGREED, second)
    assert agreed(an_issue()).number == 2
    back = agreeing.take_back(done, remark="Une faute.", by=second)
    assert (back.state, back.number, back.approved_by, back.remark) == (IssueState.DRAFT, None, None, "Une faute.")
    with pytest.raises(Refusal, match="n’attend pas d’accord"):
        agreeing.agree(back, version=back.version, by=second)


def test_who_last_changed_or_proposed_it_is_no_second_person() -> None:
    issue, (editor, proposer, second) = an_issue(), (an_editor(), an_editor(), an_editor())
    composing.add_text(issue, title="De ma main", text="", by=editor)
    agreeing.propose(issue, by=proposer)
    issue.refresh_from_db()
    for person in (issue.written_by, editor, proposer):
        with pytest.raises(NotAllowed, match="seconde personne"):
            agreeing.agree(issue, version=issue.version, by=person)
    assert agreeing.agree(issue, version=issue.version, by=second).approved_by == second


def test_what_the_database_forbids_of_an_issue() -> None:
    issue, at = agreed(), timezone.now()
    for fields in (
        {"approved_by": issue.written_by},
        {"approved_by": issue.proposed_by},
        {"approved_at": None},
        {"number": None},
        {"scheduled_for": None},
        {"title": ""},
        {"state": IssueState.SENT},
        {"finished_at": at},
        {"state": IssueState.DRAFT},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Issue.objects.filter(pk=issue.pk).update(**fields)


def test_an_empty_issue_is_not_proposed_and_acts_keep_to_their_states() -> None:
    issue = an_issue(blocks=0)
    by = issue.written_by
    with pytest.raises(Refusal, match="vide"):
        agreeing.propose(issue, by=by)
    for act in (agreeing.pause, agreeing.resume, agreeing.take_back):
        with pytest.raises(Refusal):
            act(issue, by=by)
    for act in (agreeing.propose, agreeing.pause, agreeing.resume, agreeing.take_back):
        with pytest.raises(NotAllowed):
            act(issue, by=a_person())
    assert not rules.can_write(a_person()) and rules.can_write(an_editor())


def test_a_second_person_is_told_and_who_made_it_hears_what_to_change() -> None:
    issue, second = an_issue(), an_editor()
    writer = issue.written_by
    assert writer is not None
    agreeing.propose(issue, by=writer)
    told = f"Lettre à relire : {issue.title}"
    assert subjects(second.email) == [told] and subjects(writer.email) == []
    issue.refresh_from_db()
    agreeing.take_back(issue, remark="La date a changé.", by=second)
    assert subjects(writer.email) == [f"Numéro repris : {issue.title}"]
    assert "La date a changé." in OutgoingMail.objects.get(to=writer.email).text
    issue.refresh_from_db()
    agreeing.propose(issue, by=writer)
    assert subjects(second.email) == [told, told]
