"""A folder for the servers that these tests start, kill and start again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_platform.demo import make_throw_away_folder
from local_platform.settings import Settings, free_ports


@pytest.fixture
def settings() -> Iterator[Settings]:
    """A platform's settings in a throw-away folder, on free ports."""
    home = make_throw_away_folder()
    yield Settings(home=home, ports=free_ports(), viewer=False)
    shutil.rmtree(home)


@pytest.fixture
def home(settings: Settings) -> Path:
    """The throw-away folder."""
    return settings.home
