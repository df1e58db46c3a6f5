"""A step of migrations that makes one more table at the price of that table, however many there are already."""

from django.db import migrations
from django.db.migrations.state import ProjectState


class CreateModelAlone(migrations.CreateModel):
    """Django's `CreateModel`, without drawing again the classes of all that the new model is tied to.

    Nothing refers to a model before it is made, and what it refers to is told of it where its class is drawn. Django
    draws all of those again each time, from one foreign key to the next: here, two thirds of a first `migrate`.
    """

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Add the model to the state, and its class to those that are drawn already."""
        drawn = state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)
        if drawn is not None:
            drawn.render_multiple([state.models[app_label, self.name_lower]])
            state.__dict__["apps"] = drawn
