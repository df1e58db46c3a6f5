"""Articles are written, reviewed by somebody else, shown and taken off by the clock."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from cmq.campuses.models import CampusMembership, CampusRole
from cmq.core import feed
from cmq.core.errors import NotAllowed, Refusal
from cmq.core.models import Change, OutgoingMail
from cmq.editorial import related, rules, standing
from cmq.editorial.actions import pages, publishing, review, rubrics, writing
from cmq.editorial.actions.publishing import Sheet
from cmq.editorial.models import Article, ArticleState, Rubric, StandingSubject, Tag
from cmq.organisations.models import Organisation, OrganisationRole
from cmq.reference.models import Filiere, Region
from tests import newsrooms
from tests.factories import LONG_AGO, a_campus, a_keeper, a_person

pytestmark = pytest.mark.django_db


def a_member(campus: Any, role: CampusRole) -> Any:
    person = a_person()
    CampusMembership.objects.create(
        campus=campus,
        person=person,
        role=role,
        invited_email=person.email,
        invited_at=timezone.now(),
        starts_on=LONG_AGO,
    )
    return person


def test_an_article_goes_from_draft_to_readers_through_four_eyes() -> None:
    author, other, now = newsrooms.an_editor(), newsrooms.an_editor(), timezone.now()
    article = newsrooms.an_article("L'atelier ouvre", by=author)
    assert (article.title, article.slug) == ("L’atelier ouvre", "l-atelier-ouvre")
    review.ask_review(article, version=1, by=author)
    with pytest.raises(NotAllowed, match="une autre personne"):
        review.agree(article, version=1, by=author)
    assert not Article.objects.published(now).exists()
    review.agree(article, version=1, by=other)
    assert not Article.objects.published(timezone.now()).exists()
    article = publishing.publish(article, by=author)
    assert list(Article.objects.published(timezone.now()).national()) == [article]
    assert article.body.startswith("## Une partie")


def test_nobody_who_wrote_since_the_last_agreement_agrees() -> None:
    first, second, third = (newsrooms.an_editor() for _ in range(3))
    article = newsrooms.an_article(by=first)
    article = writing.save(article, newsrooms.a_draft("Autre titre"), version=1, by=second)
    review.ask_review(article, version=2, by=second)
    for author in (first, second):
        with pytest.raises(NotAllowed):
            review.agree(article, version=2, by=author)
    article = review.agree(article, version=2, by=third)
    # What was agreed is nobody's draft any more: the first may agree to what the third now writes.
    article = writing.save(article, newsrooms.a_draft("Encore un"), version=2, by=third)
    review.ask_review(article, version=3, by=third)
    assert review.agree(article, version=3, by=first).title == "Encore un"


def test_readers_keep_what_was_agreed_while_somebody_writes() -> None:
    author, other = newsrooms.an_editor(), newsrooms.an_editor()
    article = publishing.publish(newsrooms.an_agreed_article("Montré", by=author), by=author)
    before = feed.public_position()
    article = writing.save(article, newsrooms.a_draft("En travaux"), version=1, by=author)
    assert (article.title, article.state, article.shown_version, article.version) == (
        "Montré",
        ArticleState.DRAFT,
        1,
        2,
    )
    assert feed.public_position() == before
    review.ask_review(article, version=2, by=author)
    article = review.agree(article, version=2, by=other)
    assert (article.title, article.shown_version) == ("En travaux", 2)
    assert article.updated_at is not None and feed.public_position() > before


def test_what_somebody_else_saved_is_never_written_over() -> None:
    author, other = newsrooms.an_editor(), newsrooms.an_editor()
    article = newsrooms.an_article(by=author)
    writing.save(article, newsrooms.a_draft(body="Le texte de l’autre."), version=1, by=other)
    with pytest.raises(writing.Overtaken) as refused:
        writing.save(article, newsrooms.a_draft(body="Le mien."), version=1, by=author)
    assert refused.value.theirs.body == "Le texte de l’autre."
    assert writing.newest_version(Article.objects.get()).body == "Le texte de l’autre."
    # Saving the same again is nothing, from whatever version.
    assert writing.save(article, newsrooms.a_draft(body="Le texte de l’autre."), version=1, by=author).version == 2


def test_a_row_of_autosaves_keeps_a_version_every_ten_minutes() -> None:
    author, at = newsrooms.an_editor(), timezone.now()
    article = newsrooms.an_article(by=author)
    for minute in range(1, 36):
        draft = newsrooms.a_draft(body=f"Texte {minute}.")
        article = writing.save(article, draft, version=article.version, by=author, at=at + dt.timedelta(minutes=minute))
    kept = list(article.versions.order_by("number").values_list("number", "body"))
    assert kept[0][0] == 1 and kept[-1] == (36, "Texte 35.")
    assert 4 <= len(kept) <= 6
    article = writing.restore(article, number=1, version=36, by=author)
    assert (
        article.version == 37 and writing.newest_version(article).body == "## Une partie\n\nUn texte simple et clair."
    )
    with pytest.raises(Refusal, match="n’existe pas"):
        writing.restore(article, number=2, version=37, by=author)


def test_agreeing_is_to_what_was_read() -> None:
    author, other = newsrooms.an_editor(), newsrooms.an_editor()
    article = newsrooms.an_article(by=author)
    review.ask_review(article, version=1, by=author)
    writing.save(article, newsrooms.a_draft("Changé"), version=1, by=author)
    with pytest.raises(Refusal, match="a changé depuis"):
        review.agree(article, version=1, by=other)
    with pytest.raises(Refusal, match="pas en relecture"):
        review.agree(article, version=2, by=other)


def test_remarks_hold_an_agreement_back() -> None:
    author, other = newsrooms.an_editor(), newsrooms.an_editor()
    article = newsrooms.an_article(by=author)
    review.ask_review(article, version=1, by=author)
    remark = review.comment(article, text="Vérifier la date.", by=other)
    with pytest.raises(Refusal, match="remarques"):
        review.agree(article, version=1, by=other)
    review.resolve(remark, by=author)
    with pytest.raises(Refusal, match="déjà réglée"):
        review.resolve(remark, by=author)
    article = review.send_back(article, reason="Le chapô est long.", by=other)
    assert article.state == ArticleState.DRAFT and article.comments.filter(resolved_at=None).count() == 1
    with pytest.raises(Refusal, match="pas en relecture"):
        review.send_back(article, reason="Encore.", by=other)


def test_what_the_checker_holds_to_be_a_fault_is_not_reviewed() -> None:
    author = newsrooms.an_editor()
    article = newsrooms.an_article(by=author, body="#### Trop bas\n\n[cliquez ici](https://exemple.fr)")
    with pytest.raises(Refusal, match="saute un rang") as refused:
        review.ask_review(article, version=1, by=author)
    assert "cliquez ici" in str(refused.value)
    assert Article.objects.get().state == ArticleState.DRAFT


def test_the_clock_publishes_and_withdraws() -> None:
    author, now = newsrooms.an_editor(), timezone.now()
    hour = dt.timedelta(hours=1)
    article = newsrooms.an_agreed_article(by=author)
    article = publishing.publish(article, at=now + hour, until=now + 3 * hour, by=author)
    seen = [Article.objects.published(now + n * hour / 2).exists() for n in range(8)]
    assert seen == [False, False, True, True, True, True, False, False]
    assert [article.is_published(now + n * hour / 2) for n in range(8)] == seen
    assert article.is_withdrawn(now + 3 * hour) and not article.is_withdrawn(now + 2 * hour)


@pytest.mark.parametrize(
    ("at", "until", "said"),
    [
        (dt.timedelta(days=-1), None, "dans l’avenir"),
        (dt.timedelta(days=2), dt.timedelta(days=1), "après la publication"),
        (None, dt.timedelta(seconds=-1), "après la publication"),
    ],
)
def test_dates_without_meaning_are_refused(at: Any, until: Any, said: str) -> None:
    author, now = newsrooms.an_editor(), timezone.now()
    article = newsrooms.an_agreed_article(by=author)
    with pytest.raises(Refusal, match=said):
        publishing.publish(article, at=at and now + at, until=until and now + until, by=author)
    assert Article.objects.get().publish_at is None


def test_withdrawing_says_why_and_publishing_again_shows_again() -> None:
    author = newsrooms.an_editor()
    article = newsrooms.an_agreed_article(by=author)
    with pytest.raises(Refusal, match="ni publié ni programmé"):
        publishing.withdraw(article, reason="Erreur", by=author)
    publishing.publish(article, by=author)
    with pytest.raises(Refusal, match="Dites pourquoi"):
        publishing.withdraw(article, reason="  ", by=author)
    article = publishing.withdraw(article, reason="Un chiffre était faux.", by=author)
    assert article.is_withdrawn(timezone.now()) and article.withdrawal_reason == "Un chiffre était faux."
    article = publishing.publish(article, by=author)
    assert article.is_published(timezone.now()) and article.withdrawal_reason == ""
    later = publishing.publish(
        newsrooms.an_agreed_article("À venir"), at=timezone.now() + dt.timedelta(days=1), by=author
    )
    assert publishing.withdraw(later, reason="Remis.", by=author).publish_at is None


def test_an_address_that_changes_leads_to_the_new_one_for_good() -> None:
    author = newsrooms.an_editor()
    article = newsrooms.an_article("Un titre", by=author)
    article = publishing.move(article, slug="Une Autre Adresse !", by=author)
    assert article.slug == "une-autre-adresse"
    assert newsrooms.an_article("Un titre").slug == "un-titre-2"
    with pytest.raises(Refusal, match="a eu cette adresse"):
        publishing.move(newsrooms.an_article("Tiers"), slug="un-titre", by=author)
    with pytest.raises(Refusal, match="a cette adresse"):
        publishing.move(article, slug="un-titre-2", by=author)
    with pytest.raises(Refusal, match="lettres"):
        publishing.move(article, slug="!!", by=author)
    # Back where it was: no circle is left behind.
    article = publishing.move(article, slug="un-titre", by=author)
    assert [old.slug for old in article.old_addresses.all()] == ["une-autre-adresse"]


def test_filing_keeps_words_that_serve_and_related_ones_share_subjects() -> None:
    author = newsrooms.an_editor()
    region, filiere = Region.objects.get(code="32"), Filiere.objects.all()[0]
    near, far = (publishing.publish(newsrooms.an_agreed_article(title), by=author) for title in ("Proche", "Loin"))
    rubric, other = newsrooms.a_rubric(), Rubric.objects.all()[1]
    publishing.file(near, Sheet(rubric, filiere, region, ["Domotique", "domotique ", ""]), by=author)
    publishing.file(far, Sheet(other), by=author)
    assert [tag.slug for tag in Tag.objects.all()] == ["domotique"]
    article = newsrooms.an_article("Le nôtre", by=author)
    article = publishing.file(article, Sheet(rubric, filiere, None, ["domotique"], [near.pk, article.pk]), by=author)
    assert list(article.related.all()) == [near]
    assert related.proposals(article, at=timezone.now()) == [near]
    for wrong, said in ((["x" * 41], "40 signes"), ([str(n) for n in range(9)], "8 mots-clés"), (["!!"], "lettres")):
        with pytest.raises(Refusal, match=said):
            publishing.file(article, Sheet(rubric, tags=wrong), by=author)
    publishing.file(near, Sheet(rubric), by=author)
    publishing.file(article, Sheet(rubric), by=author)
    assert not Tag.objects.exists()


def test_a_campus_publishes_its_news_and_an_editor_takes_them_national() -> None:
    campus, editor = a_campus(), newsrooms.an_editor()
    director, contributor = a_member(campus, CampusRole.DIRECTOR), a_member(campus, CampusRole.CONTRIBUTOR)
    article = newsrooms.an_article("Portes ouvertes", by=contributor, campus=campus)
    assert not article.is_national and article.region == campus.region
    review.ask_review(article, version=1, by=contributor)
    with pytest.raises(NotAllowed, match="direction"):
        review.agree(article, version=1, by=contributor)
    with pytest.raises(NotAllowed):
        review.comment(article, text="Je passe.", by=editor)
    review.agree(article, version=1, by=director)
    publishing.publish(article, by=director)
    with pytest.raises(NotAllowed):
        publishing.propose(article, by=contributor)
    with pytest.raises(Refusal, match="pas proposée"):
        publishing.promote(article, by=editor)
    publishing.propose(article, by=director)
    with pytest.raises(NotAllowed):
        publishing.promote(article, by=director)
    article = publishing.promote(article, by=editor)
    assert list(Article.objects.published(timezone.now()).national().of_campus(campus)) == [article]
    # On the national list an editor reads what the campus writes next.
    article = writing.save(article, newsrooms.a_draft("Portes rouvertes"), version=1, by=director)
    review.ask_review(article, version=2, by=director)
    with pytest.raises(NotAllowed, match="un rédacteur"):
        review.agree(article, version=2, by=director)
    assert review.agree(article, version=2, by=editor).title == "Portes rouvertes"
    article = publishing.decline(article, by=editor)
    assert not article.is_national and article.is_published(timezone.now())


def test_strangers_neither_write_nor_read() -> None:
    campus, other = a_campus(), a_campus()
    article = newsrooms.an_article(campus=campus, by=a_member(campus, CampusRole.DIRECTOR))
    for stranger in (a_person(), newsrooms.an_editor(), a_member(other, CampusRole.DIRECTOR)):
        assert not rules.can_read(stranger, article) and not rules.can_write(stranger, article)
        with pytest.raises(NotAllowed):
            writing.save(article, newsrooms.a_draft("Volé"), version=1, by=stranger)
        with pytest.raises(NotAllowed):
            publishing.withdraw(article, reason="Non", by=stranger)
    with pytest.raises(NotAllowed):
        newsrooms.an_article(by=a_keeper())
    assert writing.newest_version(article).title == "Un article"


def test_only_the_body_of_the_register_has_editors() -> None:
    from cmq.organisations import actions

    with pytest.raises(Refusal, match="rédacteurs"):
        actions.invite(
            Organisation.objects.create(name="Ailleurs", kind="autre"),
            email="a@b.fr",
            role=OrganisationRole.EDITOR,
            by=a_keeper(),
        )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": " "}, "titre"),
        ({"title": "x" * 151}, "150"),
        ({"title": "ok", "standfirst": "x" * 501}, "500"),
        ({"title": "ok", "byline": "x" * 121}, "120"),
        ({"title": "ok", "body": "x" * 60_001}, "60 000"),
    ],
)
def test_texts_out_of_measure_are_refused(fields: dict[str, str], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        writing.begin(writing.Draft(**fields), rubric=newsrooms.a_rubric(), by=newsrooms.an_editor())
    assert not Article.objects.exists()


def test_drafts_stay_out_of_the_public_feed_and_texts_out_of_it_altogether() -> None:
    author = newsrooms.an_editor()
    newsrooms.an_agreed_article(by=author, body="Un secret bien gardé.")
    lines = Change.objects.filter(act__startswith="editorial.").exclude(act="editorial.keep_rubric")
    assert lines.exists() and all(line.is_private for line in lines)
    assert not [line for line in lines if "secret" in str(line.diff) + line.summary]


def test_rubrics_are_kept_and_those_in_use_stay() -> None:
    editor = newsrooms.an_editor()
    assert rubrics.load_rubrics() == 6 and rubrics.load_rubrics() == 0
    made = rubrics.keep_rubric(None, name="Portraits", description="", position=9, by=editor)
    assert made.slug == "portraits"
    rubrics.keep_rubric(made, name="Visages", description="", position=9, by=editor)
    assert Rubric.objects.get(pk=made.pk).slug == "portraits"
    with pytest.raises(Refusal, match="déjà ce nom"):
        rubrics.keep_rubric(None, name="visages", description="", position=0, by=editor)
    article = newsrooms.an_article(by=editor)
    with pytest.raises(Refusal, match="classez-les"):
        rubrics.remove_rubric(article.rubric, by=editor)
    rubrics.remove_rubric(Rubric.objects.get(pk=made.pk), by=editor)
    with pytest.raises(NotAllowed):
        rubrics.keep_rubric(None, name="X", description="", position=0, by=a_person())


def test_standing_texts_are_agreed_to_by_another() -> None:
    author, other, subject = newsrooms.an_editor(), newsrooms.an_editor(), StandingSubject.LEGAL
    assert standing.shown(subject) is None and "Journal officiel" in standing.shipped(subject)
    first = pages.write_page(subject, text="## Nouveau\n\nTexte.", version=0, by=author)
    with pytest.raises(Refusal, match="entre-temps"):
        pages.write_page(subject, text="Autre.", version=0, by=other)
    with pytest.raises(NotAllowed, match="une autre personne"):
        pages.agree_page(first, by=author)
    assert standing.shown(subject) is None
    pages.agree_page(first, by=other)
    assert standing.shown(subject) == first
    second = pages.write_page(subject, text="Suite.", version=1, by=author)
    pages.write_page(subject, text="Suite bis.", version=2, by=author)
    with pytest.raises(Refusal, match="entre-temps"):
        pages.agree_page(second, by=other)
    assert standing.shown(subject) == first
    with pytest.raises(Refusal, match="saute un rang"):
        pages.write_page(subject, text="#### Bas", version=3, by=author)


def letters_to(person: Any) -> list[str]:
    return list(OutgoingMail.objects.filter(to=person.email).order_by("pk").values_list("subject", flat=True))


def test_who_may_agree_is_told_and_who_wrote_hears_of_a_remark() -> None:
    author, other, gone = (newsrooms.an_editor() for _ in range(3))
    gone.is_active = False
    gone.save()
    article = newsrooms.an_article("L’atelier ouvre", by=author)
    review.ask_review(article, version=1, by=author)
    assert letters_to(other) == ["À relire : L’atelier ouvre"] and letters_to(author) == letters_to(gone) == []
    review.send_back(article, reason="D’où vient ce chiffre ?", by=other)
    assert letters_to(author) == ["Renvoyé avec une remarque : L’atelier ouvre"]
    assert "D’où vient ce chiffre ?" in OutgoingMail.objects.get(to=author.email).text
    # Asked again, even of the same text, is told again.
    review.ask_review(article, version=1, by=author)
    assert len(letters_to(other)) == 2 and len(letters_to(author)) == 1


def test_news_of_a_campus_wait_for_its_director_not_for_editors() -> None:
    campus, editor = a_campus(), newsrooms.an_editor()
    writer, director = a_member(campus, CampusRole.CONTRIBUTOR), a_member(campus, CampusRole.DIRECTOR)
    article = newsrooms.an_article("Chez nous", by=writer, campus=campus)
    review.ask_review(article, version=1, by=writer)
    assert letters_to(director) == ["À relire : Chez nous"] and letters_to(editor) == letters_to(writer) == []
