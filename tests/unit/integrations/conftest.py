"""A repository to be scripted."""

import pytest

from tests.unit.integrations.scripted_repository import ScriptedRepository


@pytest.fixture
def repository(tmp_path):
    return ScriptedRepository(tmp_path / "clone")
