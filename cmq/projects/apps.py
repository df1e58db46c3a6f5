from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "cmq.projects"
    label = "projects"
    verbose_name = "Projets"

    def ready(self) -> None:
        """Say what a campus is asked to confirm, and where its partners are cited."""
        from cmq.network.citing import register
        from cmq.projects.citing import taking_part
        from cmq.projects.upkeep import declare

        declare()
        register("projects", taking_part)
