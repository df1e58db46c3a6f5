from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "cmq.projects"
    label = "projects"
    verbose_name = "Projets"
