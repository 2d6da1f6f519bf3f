"""Static files that come out of installed wheels, so that no third-party code lies in the repository."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.checks import CheckMessage, Error
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import FileSystemStorage

# Name under /static/ -> package and path of the one file inside its wheel.
WHEEL_FILES = {
    "vendor/plotly.min.js": ("plotly", "package_data/plotly.min.js"),
    "vendor/htmx.min.js": ("django_htmx", "static/django_htmx/htmx-2.min.js"),
}


def wheel_path(name: str) -> Path | None:
    """Where a file of WHEEL_FILES lies, without importing its package; None if the package or the file is absent."""
    package, inside = WHEEL_FILES[name]
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    found = (Path(folder) / inside for folder in folders)
    return next((path for path in found if path.is_file()), None)


class WheelStorage(FileSystemStorage):
    """Opens exactly the files of WHEEL_FILES, each by its name under /static/."""

    def path(self, name: str) -> str:
        """The absolute path of a known name."""
        found = wheel_path(name) if name in WHEEL_FILES else None
        if found is None:
            message = f"{name} is not a file of an installed wheel"
            raise SuspiciousFileOperation(message)
        return str(found)


class WheelFinder(BaseFinder):
    """Finds `vendor/plotly.min.js` and `vendor/htmx.min.js` in their wheels."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        """An error for each file whose wheel is not installed."""
        absent = [name for name in WHEEL_FILES if wheel_path(name) is None]
        return [Error(f"{name} was not found in its wheel.", id="core.E001") for name in absent]

    def find(self, path: str, find_all: bool = False, **_: Any) -> str | list[str] | None:  # type: ignore[override]
        """The absolute path of a name, or a list of it when `find_all`."""
        name = Path(path).as_posix()
        found = wheel_path(name) if name in WHEEL_FILES else None
        if find_all:
            return [] if found is None else [str(found)]
        return None if found is None else str(found)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every file with the storage that opens it."""
        storage = WheelStorage()
        for name in WHEEL_FILES:
            if not matches_patterns(name, list(ignore_patterns or ())):
                yield name, storage
