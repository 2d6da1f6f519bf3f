"""`manage.py audit_export`: the whole chain in one file, which the printed script checks."""

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from apps.accounts.domain import SYSTEM
from apps.audit import queries
from apps.audit.operations import record
from tests.architecture.source import ROOT

SCRIPT = ROOT / "static" / "audit" / "check_proof.py"
pytestmark = [pytest.mark.sql, pytest.mark.django_db]


def check(path: Path, *noted: str) -> tuple[int, str]:
    """What the script says of a file, in a process without anything of ours."""
    command = [sys.executable, "-I", str(SCRIPT), str(path), *noted]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    """A chain of five events, written out."""
    for number in range(5):
        record("thing.done", subject=f"thing:{number}", by=SYSTEM, data={"word": 'Größe "x"\n'})
    path = tmp_path / "chain.json"
    call_command("audit_export", str(path), stdout=StringIO())
    return path


def test_export__holds_every_event_and_checks(exported: Path) -> None:
    head = queries.get_head()
    assert len(json.loads(exported.read_text(encoding="utf-8"))["events"]) == head.seq == 5
    assert check(exported, str(head)) == (0, f"Events 1 to 5 hold, and the chain ends with {head.hash}\n")


def test_export__never_overwrites(exported: Path) -> None:
    with pytest.raises(CommandError, match="File exists"):
        call_command("audit_export", str(exported))


def test_export__an_empty_chain_checks(tmp_path: Path) -> None:
    path = tmp_path / "chain.json"
    call_command("audit_export", str(path), stdout=StringIO())
    assert check(path)[0] == 0
    assert check(path, f"1:{'a' * 64}")[0] == 1


@pytest.mark.parametrize(
    ("old", "new"), [("thing:3", "thing:4"), ('"from": 1', '"from": 2'), ('"to": 5', '"to": 6'), ("0" * 64, "1" * 64)]
)
def test_check__finds_what_was_changed(exported: Path, old: str, new: str) -> None:
    text = exported.read_text(encoding="utf-8")
    assert old in text
    exported.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert check(exported)[0] == 1


def test_check__finds_a_cut_tail_by_a_noted_head(exported: Path) -> None:
    document = json.loads(exported.read_text(encoding="utf-8"))
    document["events"] = document["events"][:4]
    document["to"] = 4
    exported.write_text(json.dumps(document), encoding="utf-8")
    assert check(exported)[0] == 0
    assert check(exported, str(queries.get_head()))[0] == 1
