from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "cmq.projects"
    label = "projects"
    verbose_name = "Projets"

    def ready(self) -> None:
        """Say what a campus is asked to confirm."""
        from cmq.projects.upkeep import declare

        declare()
