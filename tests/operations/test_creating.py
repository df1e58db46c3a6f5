"""A table made alone is the one that Django makes, and what it is tied to knows it."""

from typing import Any

from django.apps.registry import Apps
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState

from cmq.core.creating import CreateModelAlone

KEY = ("id", models.BigAutoField(primary_key=True))
LEAF: tuple[Any, ...] = (
    "Leaf",
    [
        KEY,
        ("tree", models.ForeignKey("garden.Tree", models.CASCADE, related_name="leaves")),
        ("fallen_on", models.ForeignKey("garden.Leaf", models.CASCADE, null=True)),
        ("eaten_by", models.ManyToManyField("garden.Bird", related_name="eaten")),
    ],
)


def garden() -> ProjectState:
    """Birds that live in trees, whose classes are drawn."""
    found = ProjectState()
    found.add_model(ModelState("garden", "Tree", [KEY, ("name", models.CharField(max_length=9))]))
    home = ("home", models.ForeignKey("garden.Tree", models.CASCADE, related_name="birds"))
    found.add_model(ModelState("garden", "Bird", [KEY, home]))
    assert found.apps.get_models()
    return found


def shape(apps: Apps) -> dict[str, set[tuple[str, object]]]:
    """The fields of each model there and back, with the models that they lead to."""
    return {
        model._meta.label: {(each.name, each.related_model and each.related_model._meta.label) for each in fields}
        for model in apps.get_models(include_auto_created=True)
        if (fields := model._meta.get_fields(include_hidden=True))
    }


def test_each_model_knows_the_new_one_as_it_does_by_the_step_of_django() -> None:
    ours, theirs = garden(), garden()
    CreateModelAlone(*LEAF).state_forwards("garden", ours)
    migrations.CreateModel(*LEAF).state_forwards("garden", theirs)
    assert shape(ours.apps) == shape(theirs.apps) == shape(ProjectState(models=ours.models).apps)
    assert ours.models == theirs.models
    for apps in (ours.apps, theirs.apps):
        for model in apps.get_models(include_auto_created=True):
            for field in model._meta.get_fields(include_hidden=True):
                # One class for each model: a row of one is a row of the other.
                assert field.related_model is None or field.related_model is apps.get_model(
                    field.related_model._meta.label
                )


def test_a_state_that_is_not_drawn_stays_so() -> None:
    state = ProjectState()
    CreateModelAlone("Tree", [KEY]).state_forwards("garden", state)
    assert "apps" not in state.__dict__ and state.apps.get_model("garden", "Tree")


def test_rows_are_written_through_it_and_the_steps_after_see_it(committed_db: None) -> None:
    state, tables = garden(), ("garden_leaf_eaten_by", "garden_leaf", "garden_bird", "garden_tree")
    trees: Any = state.apps.get_model("garden", "Tree")
    try:
        with connection.schema_editor() as editor:
            for model in state.apps.get_models():
                editor.create_model(model)
            more = migrations.AddField("tree", "age", models.IntegerField(default=3))
            step = type("Migration", (migrations.Migration,), {"operations": [CreateModelAlone(*LEAF), more]})
            state = step("0002", "garden").apply(state, editor)
        trees, leaves, birds = (state.apps.get_model("garden", name) for name in ("Tree", "Leaf", "Bird"))
        tree = trees.objects.create(name="Orme")
        leaf = leaves.objects.create(tree=tree)
        birds.objects.create(home=tree).eaten.add(leaf)
        assert trees.objects.get(leaves__eaten_by__home=tree, age=3).leaves.get() == leaf
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")
