"""What a campus is asked to confirm of its projects: those that it entered and that are not closed."""

from cmq.projects.models import Project, ProjectState
from cmq.upkeep.registry import changed, register, with_last_change


def declare() -> None:
    """Register the kind; to be called once, when the application starts."""
    open_states = [ProjectState.IDEA, ProjectState.RUNNING]
    register(
        Project,
        "Projet",
        things=lambda on: with_last_change(Project.objects.filter(state__in=open_states)),
        dated=changed,
        path=lambda project: f"projets/{project.pk}/",
        is_public=lambda project: project.is_public,
    )
