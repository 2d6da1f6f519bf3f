"""What is written for readers stays true: the changelog says what can move a number, links lead somewhere."""

import re
from pathlib import Path

import pytest

from apps.measurements.domain.engine import ENGINE_VERSION
from tests.architecture.source import ROOT

DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
SECTIONS = ["Added", "Changed", "Fixed", "Numbers"]
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(?:#[^)\s]*)?\)")


def test_changelog__each_release_has_its_four_sections() -> None:
    releases = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert releases
    for release in releases:
        assert re.findall(r"^### (.+)$", release, flags=re.MULTILINE) == SECTIONS, release.splitlines()[0]


def test_changelog__numbers_name_the_engine_that_computes_them() -> None:
    numbers = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("### Numbers")[1].split("\n## ")[0]
    assert f"Engine version {ENGINE_VERSION}" in numbers, "Say under Numbers what the new engine changes."


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents__lead_somewhere(path: Path) -> None:
    targets = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if "://" not in link]
    assert [link for link in targets if not (path.parent / link).exists()] == []


def test_decisions__are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:4]) for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))
