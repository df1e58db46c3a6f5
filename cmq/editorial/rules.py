"""Who writes, agrees and publishes what; and where the news of a campus stand beside those of the network."""

from typing import Any

from django.utils import timezone

from cmq.accounts.models import User
from cmq.campuses import rules as campuses
from cmq.campuses.models import Campus, CampusMembership, CampusRole
from cmq.core.rights import Role, right
from cmq.editorial.models import Article, ArticleState, Illustration
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from cmq.organisations.rules import is_keeper, roles_of

EDITORS = (Role.EDITOR, Role.TECHNICIAN)
# Where the newest version may go from where it stands. Whatever is saved is a draft again.
MOVES: dict[ArticleState, tuple[ArticleState, ...]] = {
    ArticleState.DRAFT: (ArticleState.IN_REVIEW,),
    ArticleState.IN_REVIEW: (ArticleState.DRAFT, ArticleState.AGREED),
    ArticleState.AGREED: (ArticleState.DRAFT,),
}


@right("editorial.open_newsroom", "Ouvrir la rédaction, lire ses brouillons et ses liens surveillés", roles=EDITORS)
@right("editorial.write", "Écrire, illustrer et relire les articles du réseau", roles=EDITORS)
@right("editorial.keep_rubrics", "Tenir les rubriques", roles=EDITORS)
@right("editorial.write_pages", "Écrire et relire les textes permanents du site", roles=EDITORS)
@right("editorial.promote", "Porter une actualité de campus sur la liste nationale", roles=EDITORS)
def is_editor(person: Any) -> bool:
    """Those who write for the whole network, in the body that keeps the register; the technical team."""
    if not isinstance(person, User) or not person.is_active:
        return False
    if person.is_superuser:
        return True
    return any(each.organisation.keeps_register for each in roles_of(person, OrganisationRole.EDITOR))


@right("editorial.write_news", "Écrire les actualités d’un campus", roles=campuses.CAMPUS_PEOPLE, about="campus")
def can_write_news(person: Any, campus: Campus) -> bool:
    """Those who work on the campus."""
    return campuses.can_edit(person, campus)


@right(
    "editorial.publish_news",
    "Accepter, publier et retirer les actualités d’un campus",
    roles=campuses.CAMPUS_HEADS,
    about="campus",
)
def can_publish_news(person: Any, campus: Campus) -> bool:
    """Its director, who answers for what it says."""
    return campuses.can_invite(person, campus)


def can_write(person: Any, article: Article) -> bool:
    """Whether a person may write this article: the newsroom’s by editors, a campus’s news by its people, and by editors
    besides once they are on the national list."""
    if article.campus is not None and can_write_news(person, article.campus):
        return True
    return article.is_national and is_editor(person)


def can_read(person: Any, article: Article) -> bool:
    """Whether a person may read the drafts of an article: who writes it; editors when it is proposed to them."""
    return can_write(person, article) or (article.proposed_at is not None and is_editor(person))


def authors_of(article: Article) -> set[int]:
    """Keys of those who wrote since the last version that was agreed: none of them agrees to what comes next."""
    versions = article.versions.order_by("-number").values_list("saved_by", "agreed_at")
    authors: set[int] = set()
    for saved_by, agreed_at in versions:
        if agreed_at is not None:
            break
        if saved_by is not None:
            authors.add(saved_by)
    return authors


def why_not_agree(person: User, article: Article) -> str:
    """The French sentence that says why this person cannot agree to the newest version; empty when they can.

    On the national list: an editor who did not write it. In the news of a campus alone: its director, who answers for
    what the campus says and may be alone to write.
    """
    if article.is_national:
        if not is_editor(person):
            return "Sur la liste nationale, un rédacteur accepte le texte."
        if person.pk in authors_of(article):
            return "Vous avez écrit dans cette version : une autre personne doit l’accepter."
        return ""
    assert article.campus is not None
    return "" if can_publish_news(person, article.campus) else "La direction du campus accepte ses actualités."


def editors(*, is_demo: bool) -> list[User]:
    """The editors of the network today; those of the demonstration, or the real ones."""
    rows = OrganisationMembership.objects.active(timezone.localdate()).filter(
        role=OrganisationRole.EDITOR, organisation__keeps_register=True, person__is_demo=is_demo
    )
    return list(User.objects.filter(pk__in=rows.values("person")).order_by("pk"))


def reviewers_of(article: Article) -> list[User]:
    """Who may agree to the newest version of an article: other editors, or the directors of the campus."""
    if article.is_national:
        authors = authors_of(article)
        return [each for each in editors(is_demo=article.is_demo) if each.pk not in authors]
    rows = CampusMembership.objects.active(timezone.localdate()).filter(
        campus=article.campus_id, role=CampusRole.DIRECTOR
    )
    return list(User.objects.filter(pk__in=rows.values("person")).order_by("pk"))


def can_publish(person: Any, article: Article) -> bool:
    """Whether a person may choose when an agreed text is shown, and take it off."""
    if article.is_national:
        return is_editor(person)
    return article.campus is not None and can_publish_news(person, article.campus)


def can_see(person: Any, picture: Illustration) -> bool:
    """Whether a person may look at a picture that no agreed text shows yet: who may put it in theirs."""
    if is_editor(person):
        return True
    if picture.campus is not None:
        return can_write_news(person, picture.campus)
    return isinstance(person, User) and (bool(campuses.roles_of(person)) or is_keeper(person))


def can_cite(person: Any) -> bool:
    """Whether a person writes somewhere, and so looks for things to cite: editors, keepers, the people of campuses."""
    if is_editor(person) or is_keeper(person):
        return True
    return isinstance(person, User) and bool(campuses.roles_of(person))
