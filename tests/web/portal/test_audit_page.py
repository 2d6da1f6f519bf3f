"""The page of the audit chain: its end and the script for everybody, events with names for the chain's readers."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from apps.audit import queries
from apps.audit.tasks import note_heads
from tests.personas import NAMES
from tests.web.portal.pages import words_of

PAGE = "/governance/audit/"


@pytest.mark.parametrize("persona", ["ana", "dee", "eli", "fay"])
def test_audit__whoever_may_not_read_events_sees_the_end_and_no_name(
    client_as: Callable[..., Client], persona: str
) -> None:
    text = client_as(persona).get(PAGE).content.decode()
    assert str(queries.get_head()) in text
    assert "A metrics steward or an administrator reads the events themselves." in text
    assert "Team created" not in text
    assert "Open the proof" not in text
    assert [name for name in NAMES.values() if name in text] == []


@pytest.mark.parametrize("persona", ["gus", "hal"])
def test_audit__its_readers_see_events_in_words_with_their_actors(
    client_as: Callable[..., Client], persona: str
) -> None:
    client = client_as(persona)
    said = words_of(client.get(PAGE))
    assert "Token created" in said
    assert "Hal Amin" in said
    newest = client.get(PAGE).content.decode()
    assert re.findall(r'<th scope="row">(\d+)\s*</th>', newest)[0] == str(queries.get_head().seq)


def test_audit__is_filtered_by_act_subject_and_actor(client_as: Callable[..., Client], organisation) -> None:
    client = client_as("gus")
    said = words_of(client.get(f"{PAGE}?action=team.created"))
    assert "Team created" in said
    assert "Token created" not in said
    assert "Team created" in words_of(client.get(f"{PAGE}?subject=teams.team:{organisation.checkout.pk}"))
    by_hal = words_of(client.get(f"{PAGE}?actor=user:{organisation.people['hal'].pk}"))
    assert ("Token created" in by_hal, "Team created" in by_hal) == (True, False)
    assert "No event matches." in words_of(client.get(f"{PAGE}?subject=nothing"))
    assert client.get(f"{PAGE}?word=x").status_code == 400


def test_audit__the_daily_check_stands_on_it(client_as: Callable[..., Client]) -> None:
    assert "That has not happened yet." in words_of(client_as("dee").get(PAGE))
    note_heads()
    assert "The chain holds." in words_of(client_as("dee").get(PAGE))


@pytest.fixture
def printed(client_as: Callable[..., Client], tmp_path: Path) -> Path:
    """The script as it is printed on the page."""
    text = client_as("dee").get(PAGE).content.decode()
    path = tmp_path / "check_proof.py"
    path.write_text(unescape(re.search(r'<code id="script">(.*?)</code>', text, re.DOTALL)[1]), encoding="utf-8")
    return path


def run(script: Path, document: object, *noted: str) -> tuple[int, str]:
    """What the printed script says of a proof, in a process that knows nothing of ours."""
    proof = script.with_name("proof.json")
    proof.write_text(json.dumps(document), encoding="utf-8")
    done = subprocess.run([sys.executable, "-I", script, proof, *noted], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_script__has_twenty_lines_and_needs_nothing_of_ours(printed: Path) -> None:
    text = printed.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 20
    assert set(re.findall(r"^import (\w+)", text, re.MULTILINE)) <= set(sys.stdlib_module_names)


def test_script__holds_a_real_proof_and_names_a_changed_event(printed: Path, api_client_as) -> None:
    proof = api_client_as("gus").get("/api/v1/audit/proof/").json()
    head = str(queries.get_head())
    assert run(printed, proof, head) == (
        0, f"Events 1 to {proof['to']} hold, and the chain ends with {head.partition(':')[2]}\n",
    )  # fmt: skip
    part = api_client_as("gus").get("/api/v1/audit/proof/", {"from": 4, "to": 7}).json()
    assert run(printed, part, f"3:{part['prev_hash']}")[0] == 0
    assert run(printed, part, f"3:{'0' * 64}")[0] == 1
    for place in range(4):
        changed = json.loads(json.dumps(part))
        changed["events"][place]["payload_text"] = part["events"][place]["payload_text"].replace('"at"', '"At"')
        assert run(printed, changed) == (1, f"Event {4 + place} does not hold.\n")
    swapped = {**part, "events": [part["events"][1], part["events"][0], *part["events"][2:]]}
    assert run(printed, swapped)[0] == 1
    assert run(printed, {**part, "events": part["events"][:-1]})[0] == 1
