"""A client's marts of a few rows."""

import pytest

from tests.signalroom.report.marts import Marts
from tests.support import Project


@pytest.fixture
def marts(project: Project) -> Marts:
    return Marts(project)
