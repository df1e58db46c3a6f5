"""The ranking: the same facts give the same list, a shared reason is shared, nobody is suggested to themselves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmq.complements import closeness, rules
from cmq.complements.models import Topic
from cmq.complements.rules import Profile, Wish, reasons_for, suggest
from cmq.reference.audiences import Audience

_AUDIENCES = st.sampled_from(Audience.values)
_WORDS = st.sampled_from(["domotique", "La domotique", "Domotiques", "hygiène", "soudure"])
_WISHES = st.lists(
    st.builds(
        Wish,
        pk=st.integers(1, 9),
        title=_WORDS,
        topic=st.sampled_from(Topic.values),
        audience=st.one_of(st.just(""), _AUDIENCES),
        rncp=st.sampled_from(["", "35506", "36004"]),
        rome=st.sampled_from(["", "K1302"]),
    ),
    max_size=3,
).map(tuple)
_POINTS = st.lists(st.tuples(st.floats(41, 51), st.floats(-5, 9)), max_size=2).map(tuple)


def _profile(pk: int) -> st.SearchStrategy[Profile]:
    return st.builds(
        Profile,
        pk=st.just(pk),
        name=st.sampled_from(["A", "B"]),
        filiere=st.sampled_from(["", "Mer", "Santé"]),
        places=_POINTS,
        audiences=st.frozensets(_AUDIENCES, max_size=4),
        partners=st.frozensets(st.sampled_from([(1, "Lycée"), (2, "Mairie"), (3, "CFA")])),
        practices=st.frozensets(st.tuples(_WORDS, _AUDIENCES), max_size=3),
        skills=st.frozensets(_WORDS),
        rncp=st.frozensets(st.sampled_from(["35506", "36004"])),
        rome=st.frozensets(st.sampled_from(["K1302"])),
        needs=_WISHES,
        offers=_WISHES,
    )


_WORLDS = st.tuples(*(_profile(pk) for pk in range(1, 5)))


@settings(max_examples=60)
@given(_WORLDS, st.sets(st.integers(1, 4)), st.randoms())
def test_the_list_is_the_same_whatever_the_order_and_leaves_out_mine_and_the_dismissed(
    world: tuple[Profile, ...], dismissed: set[int], random: object
) -> None:
    me, shuffled = world[0], list(world)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = suggest(me, world, dismissed=dismissed)
    assert suggest(me, shuffled, dismissed=dismissed) == found
    keys = [each.profile.pk for each in found]
    assert me.pk not in keys and not set(keys) & dismissed and len(keys) == len(set(keys))
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert all(each.reasons and each.score > 0 for each in found)


@settings(max_examples=60)
@given(_profile(1), _profile(2))
def test_a_shared_reason_reads_the_same_from_both_sides(one: Profile, other: Profile) -> None:
    def shared(here: Profile, there: Profile) -> set[rules.Reason]:
        return {reason for reason in reasons_for(here, there) if reason.is_symmetric}

    assert shared(one, other) == shared(other, one)
    asked = [reason.about for reason in reasons_for(one, other) if reason.kind == "offre"]
    assert sorted(asked) == sorted(reason.about for reason in reasons_for(other, one) if reason.kind == "besoin")


@settings(max_examples=60)
@given(_profile(1), _profile(2))
def test_of_one_kind_of_reason_only_so_many_count(one: Profile, other: Profile) -> None:
    kinds = [reason.kind for reason in reasons_for(one, other)]
    assert all(kinds.count(kind) <= rules.MOST_OF_A_KIND for kind in kinds)


NEED = Wish(1, "Cherche", Topic.TRAINING)


@pytest.mark.parametrize(
    ("need", "offer", "meets"),
    [
        (NEED, Wish(2, "Offre", Topic.TRAINING), True),
        (NEED, Wish(2, "Offre", Topic.PLACE), False),
        (Wish(1, "Cherche", Topic.OTHER), Wish(2, "Offre", Topic.OTHER), False),
        (Wish(1, "Cherche", Topic.OTHER, rome="K1302"), Wish(2, "Offre", Topic.SKILL, rome="K1302"), True),
        (Wish(1, "Cherche", Topic.SKILL, audience="salaries"), Wish(2, "O", Topic.SKILL, audience="apprentis"), False),
        (Wish(1, "Cherche", Topic.SKILL, rncp="1"), Wish(2, "Offre", Topic.SKILL, rncp="2"), False),
        (Wish(1, "Cherche", Topic.SKILL, rncp="1"), Wish(2, "Offre", Topic.SKILL), True),
    ],
)
def test_when_an_offer_meets_a_need(need: Wish, offer: Wish, meets: bool) -> None:
    assert rules.meets(need, offer) is meets


def test_each_reason_says_why() -> None:
    me = Profile(
        1,
        "Moi",
        filiere="Santé",
        places=((50.41, 1.59),),
        audiences=frozenset({"salaries"}),
        partners=frozenset({(7, "Lycée des Dunes")}),
        skills=frozenset({"domotique"}),
        rncp=frozenset({"35506"}),
        needs=(Wish(1, "Un plateau", Topic.EQUIPMENT), Wish(2, "Un diplôme", Topic.TRAINING, rncp="36004")),
        offers=(Wish(3, "Une maison témoin", Topic.PLACE),),
    )
    other = Profile(
        2,
        "Autre",
        filiere="Santé",
        places=((50.52, 1.58),),
        audiences=frozenset({"salaries", "apprentis"}),
        partners=frozenset({(7, "Lycée des Dunes")}),
        practices=frozenset({("Visites croisées", "salaries")}),
        skills=frozenset({"domotique"}),
        rncp=frozenset({"35506", "36004"}),
        needs=(Wish(4, "Un lieu", Topic.PLACE), Wish(5, "Des stagiaires", Topic.OTHER, rncp="35506")),
        offers=(Wish(6, "Un atelier", Topic.EQUIPMENT),),
    )
    (found,) = suggest(me, [me, other])
    assert [reason.sentence for reason in found.reasons] == [
        "Votre offre « Une maison témoin » peut répondre à son besoin « Un lieu ».",
        "Son offre « Un atelier » peut répondre à votre besoin « Un plateau ».",
        "Il cherche RNCP35506, à quoi vous formez : « Des stagiaires ».",
        "Il forme à RNCP36004, que vous cherchez : « Un diplôme ».",
        "Lycée des Dunes est membre des deux campus.",
        "Vous formez tous deux à RNCP35506.",
        "Il propose la pratique « Visites croisées », pour un public que vous touchez aussi : salariés.",
        "Vous enseignez tous deux : domotique.",
        "Vos lieux sont à 12 km l’un de l’autre.",
        "Il touche un public que vos projets et formations n’ont pas : apprentis.",
        "Vous vous adressez tous deux au même public : salariés.",
        "Vous êtes de la même filière : Santé.",
    ]
    assert found.score == 8 + 8 + 6 + 6 + 5 + 4 + 4 + 3 + 3 + 2 + 2 + 1
    assert suggest(me, [other], dismissed={2}) == []


def test_a_skill_said_in_other_words_is_shared_and_a_need_that_names_one_is_met() -> None:
    need = Wish(1, "Cherche un module de domotique", Topic.SKILL)
    me = Profile(1, "Moi", skills=frozenset({"Domotique pour l’aide à domicile"}), needs=(need,))
    other = Profile(2, "Autre", skills=frozenset({"Aide à domicile : domotique", "Domotique", "Soudure"}))
    assert [(reason.sentence, reason.weight) for reason in reasons_for(me, other)] == [
        ("Il enseigne « Domotique », que votre besoin « Cherche un module de domotique » nomme.", rules.SOUGHT),
        (
            "Vous enseignez tous deux : la même chose en d’autres mots, « Aide à domicile : domotique » et "
            "« Domotique pour l’aide à domicile ».",
            rules.SKILL,
        ),
    ]
    assert [reason.sentence for reason in reasons_for(other, me)][0] == (
        "Vous enseignez « Domotique », que son besoin « Cherche un module de domotique » nomme."
    )
    place = Wish(1, "Une salle de domotique", Topic.PLACE)
    assert not reasons_for(Profile(1, "Moi", needs=(place,)), other)


def test_hundreds_of_campuses_that_teach_much_cost_few_comparisons_of_words() -> None:
    words = [f"mot{chr(97 + a)}{chr(97 + b)}" for a in range(26) for b in range(10)]
    titles = [f"{one} de {other}" for one in words for other in ("cuisine", "soins", "travail")]
    world = [Profile(pk, f"C{pk}", skills=frozenset(titles[pk % 500 : pk % 500 + 80])) for pk in range(1, 301)]
    closeness._are_one.cache_clear()
    assert suggest(world[0], world)
    seen = closeness._are_one.cache_info()
    # Not 300 × 80 × 80 pairs of titles, each of two words.
    assert seen.hits + seen.misses < 2_000_000 and seen.misses < 20_000


def test_distance_is_that_of_the_globe() -> None:
    paris, lille = (48.8566, 2.3522), (50.6292, 3.0573)
    assert round(rules.distance(paris, lille)) == round(rules.distance(lille, paris)) == 204
