"""The experts' pages: named, proposed, kept away; the grid written, handed in, read by the others; a closed file."""

import datetime as dt
import re

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cmq.accounts.models import User
from cmq.applications.actions.moves import move
from cmq.applications.models import ApplicationState, Attachment, LabelApplication
from cmq.campaigns.models import Campaign, Side
from cmq.campuses.models import Category
from cmq.core.feed import change_set
from cmq.core.models import OutgoingMail
from cmq.expertise import rules
from cmq.expertise.actions.assigning import assign
from cmq.expertise.actions.experts import recuse
from cmq.expertise.actions.marking import hand_in
from cmq.expertise.models import Advice, Assignment, AssignmentState, DeclaredConflict, Expert
from cmq.organisations.models import OrganisationMembership, OrganisationRole
from tests.answers import without_its_own
from tests.downloading import downloaded
from tests.expertise.desk import a_campaign, a_file, a_secretary, an_expert, marked, with_role
from tests.factories import a_campus, an_organisation
from tests.procedure.world import in_campus

pytestmark = pytest.mark.django_db
S = ApplicationState


@pytest.fixture
def campaign() -> Campaign:
    return a_campaign()


@pytest.fixture
def secretary() -> User:
    return a_secretary()


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def due() -> str:
    return (timezone.localdate() + dt.timedelta(days=20)).isoformat()


def give(file: LabelApplication, expert: Expert, secretary: User) -> Assignment:
    made = assign(file, expert, due_on=timezone.localdate() + dt.timedelta(days=20), by=secretary)
    file.refresh_from_db()
    return made


def of_file(name: str, file: LabelApplication, *more: int) -> str:
    return reverse(name, args=[file.reference, *more])


def grid(assignment: Assignment, level: str = "") -> dict[str, str]:
    """Every criterion at the level of that title, with a reason."""
    specification = assignment.application.campaign.specification
    chosen = level or str(specification.levels.all()[3].pk)
    sent = {f"critere_{each.number}": chosen for each in specification.criteria.all()}
    sent |= {f"{name}_motif": f"Motif de {name}." for name in list(sent)}
    return {**sent, "advice": "", "comment": ""}


def test_an_expert_is_invited_named_and_changed(secretary: User) -> None:
    client = as_(secretary)
    url = reverse("expert_invite")
    assert client.post(url, {"email": "neuf@exemple.fr", "role": "expert"}).status_code == 302
    assert OrganisationMembership.objects.get(invited_email="neuf@exemple.fr").role == OrganisationRole.EXPERT
    assert "neuf@exemple.fr" in text(client, reverse("experts"))
    assert client.post(url, {"email": "neuf@exemple.fr", "role": "expert"}).status_code == 422
    assert client.post(url, {"email": "neuf@exemple.fr", "role": "gardien"}).status_code == 422
    person, employer = with_role(OrganisationRole.EXPERT), an_organisation("Entreprise d’essai")
    sent = {"person": person.pk, "side": "economique", "employer": "Rien de tel", "most_files": 3, "is_available": "on"}
    refused = client.post(reverse("expert_new"), sent)
    assert refused.status_code == 422 and "Rien de tel" in refused.content.decode()
    assert client.post(reverse("expert_new"), {**sent, "employer": "entreprise d'essai"}).status_code == 302
    expert = Expert.objects.get()
    assert (expert.employer, expert.most_files) == (employer, 3)
    assert "0 sur 3" in text(client, reverse("experts"))
    changed = {"side": "etat", "employer": str(employer), "most_files": 4}
    assert client.post(reverse("expert", args=[expert.pk]), changed).status_code == 302
    expert.refresh_from_db()
    assert (expert.side, expert.employer, expert.is_available) == (Side.STATE, employer, False)


def test_a_file_is_given_to_those_ticked_and_the_excluded_say_why(campaign: Campaign, secretary: User) -> None:
    file = a_file(campaign)
    free, other, taken = an_expert(), an_expert(Side.STATE), an_expert(region=file.campus.region_id)
    client, url = as_(secretary), of_file("file_experts", file)
    assert "Experts du dossier" in text(client, file.get_absolute_url())
    shown = text(client, url)
    assert "parité tenue" in shown and f"Exerce dans la région du campus : {file.campus.region}" in shown
    assert re.search(rf'value="{free.pk}" checked', shown) and not re.search(rf'value="{taken.pk}"', shown)
    assert client.post(url, {"experts": [taken.pk], "due_on": due()}).status_code == 422
    assert client.post(url, {"experts": [free.pk, other.pk], "due_on": due()}).status_code == 302
    assert file.assignments.count() == 2
    given = file.assignments.get(expert=free)
    later = (timezone.localdate() + dt.timedelta(days=40)).isoformat()
    assert client.post(of_file("file_postpone", file, given.pk), {"due_on": later}).status_code == 302
    assert client.post(of_file("file_recuse", file, given.pk), {"reason": ""}).status_code == 422
    assert client.post(of_file("file_recuse", file, given.pk), {"reason": "Lien."}).status_code == 302
    assert "Récusé : Lien." in text(client, url)
    gone = Assignment.objects.latest("pk").pk + 1
    assert client.get(of_file("file_recuse", file, gone)).status_code == 404


def test_the_grid_is_kept_as_a_draft_then_handed_in(campaign: Campaign, secretary: User) -> None:
    file, expert = a_file(campaign), an_expert()
    mine = give(file, expert, secretary)
    client, url = as_(expert.person), mine.get_absolute_url()
    assert file.reference in text(client, reverse("expertises"))
    assert "1</strong> expertise" in text(client, "/espace/")
    assert "Mon expertise" in text(client, file.get_absolute_url())
    assert "(facultatif)" not in text(client, url)
    answer = client.post(url, {"critere_1": "abstention", "critere_2_motif": "Sans niveau.", "critere_1_motif": ""})
    shown = answer.content.decode()
    assert answer.status_code == 422 and "Donnez le motif de votre note" in shown and "Sans niveau." in shown
    assert not mine.marks.exists()
    answer = client.post(url, {"critere_1": "abstention", "critere_1_motif": "Hors de mon domaine."})
    assert answer.status_code == 302
    assert mine.marks.get().level is None
    rendre = reverse("expertise_hand_in", args=[mine.pk])
    assert "critère 2" in text(client, rendre)
    said = {"advice": "accorder", "comment": "Solide."}
    assert client.post(rendre, said).status_code == 422
    assert client.post(url, grid(mine)).status_code == 302
    assert client.post(rendre, said).status_code == 302
    mine.refresh_from_db()
    assert mine.state == AssignmentState.HANDED_IN
    shown = text(client, url)
    assert "Motif de critere_3." in shown and "<textarea" not in shown
    late = client.post(url, {**grid(mine), "critere_1_motif": "Trop tard."})
    assert late.status_code == 422 and "Trop tard." in late.content.decode() and "déjà rendu" in late.content.decode()
    assert "1</strong> expertise" not in text(client, "/espace/")


def test_requirements_of_excellence_stand_apart(campaign: Campaign, secretary: User) -> None:
    file, expert = a_file(campaign, category=Category.EXCELLENCE), an_expert()
    mine = give(file, expert, secretary)
    client = as_(expert.person)
    sent = {"exigence_1": "non", "exigence_1_motif": "Rien de national."}
    assert client.post(mine.get_absolute_url(), sent).status_code == 302
    assert mine.requirement_marks.get().is_met is False
    assert "Exigences d’excellence" in text(client, mine.get_absolute_url())
    plain = give(a_file(campaign), expert, secretary)
    assert "Exigences d’excellence" not in text(client, plain.get_absolute_url())


def test_the_others_are_read_after_handing_in_only_and_without_a_name(campaign: Campaign, secretary: User) -> None:
    file, experts = a_file(campaign), [an_expert(), an_expert(Side.STATE), an_expert(Side.LOCAL)]
    mine, theirs, pending = (give(file, each, secretary) for each in experts)
    marked(theirs, 4)
    hand_in(theirs, advice=Advice.AWARD, comment="Propos de l’autre.", by=theirs.expert.person)
    client = as_(mine.expert.person)
    assert "Propos de l’autre." not in text(client, mine.get_absolute_url())
    marked(mine, 1)
    hand_in(mine, advice=Advice.REFUSE, comment="Le mien.", by=mine.expert.person)
    shown = text(client, mine.get_absolute_url())
    assert "Propos de l’autre." in shown and str(theirs.expert) not in shown
    for reader in experts:
        allowed = {each.pk for each in (mine, theirs, pending) if rules.can_read_marks(reader.person, each)}
        own = {each.pk for each in (mine, theirs, pending) if each.expert == reader}
        assert set(rules.open_marks(reader.person, file).values_list("pk", flat=True)) == allowed - own


def test_the_secretariat_sees_the_dispersion_asks_again_and_sends(campaign: Campaign, secretary: User) -> None:
    file, pair = a_file(campaign), [an_expert(), an_expert(Side.STATE)]
    for each, rank in zip(pair, (0, 4), strict=True):
        assignment = give(file, each, secretary)
        marked(assignment, rank)
        hand_in(assignment, advice=Advice.AWARD, comment="Dit.", by=each.person)
    client = as_(secretary)
    shown = text(client, of_file("file_college", file))
    assert "désaccord" in shown and not any(str(each) in shown for each in pair)
    again = {"request": "Revoyez le critère 3.", "due_on": due(), "step": file.step}
    assert client.post(of_file("file_second_round", file), {**again, "step": 99}).status_code == 422
    assert client.post(of_file("file_second_round", file), again).status_code == 302
    second = file.assignments.filter(round=2)
    assert second.count() == 2
    assert client.post(of_file("file_college", file), {"step": file.step}).status_code == 422
    for each in second:
        assert "Revoyez le critère 3." in text(as_(each.expert.person), each.get_absolute_url())
        hand_in(each, advice=Advice.AWARD, comment="Revu.", by=each.expert.person)
    assert client.post(of_file("file_college", file), {"step": file.step}).status_code == 302
    file.refresh_from_db()
    assert file.state == S.COLLEGE


def test_a_declared_conflict_closes_the_file_at_once(campaign: Campaign, secretary: User) -> None:
    file, expert = a_file(campaign), an_expert()
    mine = give(file, expert, secretary)
    client = as_(expert.person)
    url = reverse("expertise_conflict", args=[mine.pk])
    assert client.post(url, {"reason": ""}).status_code == 422
    answer = client.post(url, {"reason": "J’y enseigne."})
    assert answer["Location"] == reverse("expertises")
    assert DeclaredConflict.objects.get().campus == file.campus
    for closed in (mine.get_absolute_url(), file.get_absolute_url(), url):
        assert client.get(closed).status_code == 404
    sheet = text(as_(secretary), reverse("expert", args=[expert.pk]))
    assert "J’y enseigne." in sheet
    withdraw = reverse("expert_conflict_withdraw", args=[expert.pk, DeclaredConflict.objects.get().pk])
    assert as_(secretary).post(withdraw, {"reason": "Erreur."}).status_code == 302
    assert client.get(file.get_absolute_url()).status_code == 404


def test_the_secretariat_declares_a_conflict_it_knows_of(campaign: Campaign, secretary: User) -> None:
    file, expert = a_file(campaign), an_expert()
    give(file, expert, secretary)
    sent = {"campus": file.campus.pk, "reason": "Parent du directeur."}
    assert as_(secretary).post(reverse("expert_conflict", args=[expert.pk]), sent).status_code == 302
    assert file.assignments.get().state == AssignmentState.RECUSED


def test_an_expert_abstains(campaign: Campaign, secretary: User) -> None:
    mine = give(a_file(campaign), an_expert(), secretary)
    client = as_(mine.expert.person)
    assert client.post(reverse("expertise_abstain", args=[mine.pk]), {"reason": "Trop loin."}).status_code == 302
    assert "Vous vous êtes abstenu : Trop loin." in text(client, mine.get_absolute_url())


def test_a_recused_expert_is_answered_as_if_there_were_nothing(campaign: Campaign, secretary: User) -> None:
    """Byte for byte what a stranger gets for an unknown file, on every page and attachment; no list, no number."""
    file, expert = a_file(campaign), an_expert()
    joined = Attachment.objects.create(
        application=file, name="a.pdf", media_type="application/pdf", size=3, sha256="0" * 64, added_at=timezone.now()
    )
    joined.file.save("a.pdf", ContentFile(b"abc"))
    file.sections.create(position=1, title="Une partie", text="Secret.")
    mine = give(file, expert, secretary)
    client = as_(expert.person)
    parts = [of_file(name, file, 1) for name in ("file_section", "file_versions")]
    pages = [file.get_absolute_url(), mine.get_absolute_url(), of_file("file_download", file, joined.pk), *parts[:1]]
    assert [downloaded(client, url).status_code for url in pages] == [200] * 4
    letters = OutgoingMail.objects.filter(to=expert.person.email).count()
    recuse(mine, reason="Lien avec le campus.", by=secretary)
    unassigned = as_(an_expert().person)
    for url in [*pages, *parts, of_file("file_experts", file), reverse("expertise_hand_in", args=[mine.pk])]:
        for who in (client, unassigned):
            answer, unknown = who.get(url), who.get(reverse("file", args=["INCONNU"]))
            assert answer.status_code == unknown.status_code == 404
            assert without_its_own(answer.content) == without_its_own(unknown.content)
        assert client.post(url).status_code in (404, 405)
    for url in ("/espace/", reverse("expertises"), reverse("files"), reverse("consulted")):
        shown = text(client, url)
        assert file.reference not in shown and file.campus.name not in shown and "expertise(s)" not in shown
    told = OutgoingMail.objects.filter(to=expert.person.email)
    assert told.count() == letters + 1
    assert file.campus.name not in told.latest("pk").text


def test_the_file_closes_to_experts_when_it_is_given_up(campaign: Campaign, secretary: User) -> None:
    file, expert = a_file(campaign), an_expert()
    give(file, expert, secretary)
    client = as_(expert.person)
    assert client.get(file.get_absolute_url()).status_code == 200
    with change_set():
        move(file, S.WITHDRAWN, by=secretary, at=timezone.now())
    assert client.get(file.get_absolute_url()).status_code == 404


def test_the_campus_never_reads_the_name_of_an_expert(campaign: Campaign, secretary: User) -> None:
    file, expert = a_file(campaign), an_expert()
    mine = give(file, expert, secretary)
    marked(mine)
    hand_in(mine, advice=Advice.AWARD, comment="Dit.", by=expert.person)
    director = as_(in_campus(file.campus, "directeur"))
    for url in (file.get_absolute_url(), "/espace/", reverse("campus_label", args=[file.campus.slug])):
        assert str(expert) not in text(director, url)
    assert director.get(of_file("file_experts", file)).status_code == 403


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_lists_cost_the_same_with_one_and_with_three(campaign: Campaign, secretary: User) -> None:
    file, expert = a_file(campaign), an_expert()
    give(file, expert, secretary)
    an_expert(Side.STATE)
    manager, client = as_(secretary), as_(expert.person)
    urls = [(manager, reverse("experts")), (manager, of_file("file_experts", file)), (client, reverse("expertises"))]
    mine = file.assignments.get().get_absolute_url()
    first = [queries(*each) for each in urls]
    alone = queries(client, mine)
    for _ in range(2):
        give(a_file(campaign, campus=a_campus()), expert, secretary)
        give(file, an_expert(Side.LOCAL), secretary)
        an_expert()
    assert [queries(*each) for each in urls] == first
    assert queries(client, mine) <= alone <= 30
    assert max(first) <= 40
