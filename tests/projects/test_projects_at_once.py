"""Two people enter a project of one title at the same instant: two projects, two addresses, no error."""

from collections.abc import Callable

import pytest

from cmq.campuses.models import Campus
from cmq.core.feed import first_broken_position
from cmq.projects.actions import ProjectTerms, enter_project
from cmq.projects.models import Project, ProjectOwner
from tests.factories import a_campus
from tests.procedure.test_at_once import at_once

pytestmark = pytest.mark.usefixtures("committed_db")


def test_one_title_gives_each_project_its_own_address() -> None:
    def enter(campus: Campus) -> Callable[[], object]:
        return lambda: enter_project(campus, terms=ProjectTerms("Maison témoin", "Montrer."), by=None)

    results = at_once(*(enter(a_campus(f"Campus {number}")) for number in range(4)))
    assert all(isinstance(each, Project) for each in results)
    slugs = set(Project.objects.values_list("slug", flat=True))
    assert slugs == {"maison-temoin", "maison-temoin-2", "maison-temoin-3", "maison-temoin-4"}
    assert ProjectOwner.objects.accepted().count() == 4
    assert first_broken_position() is None
