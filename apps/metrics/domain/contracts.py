"""The contract around a spec: without it a spec is arithmetic, not an agreement. Pure."""

import re
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from apps.core.problems import FieldProblem
from apps.metrics.domain.faults import Faults, said

TEXTS = ("purpose", "decision", "data_source", "cadence", "escalation", "pitfall")
LABELS = MappingProxyType(
    {
        "purpose": "Purpose",
        "decision": "Decision on Monday",
        "pitfall": "Known pitfall",
        "data_source": "Data source",
        "cadence": "Cadence",
        "escalation": "Escalation",
        "pair": "Read beside",
        "prompts": "Coaching prompts",
    }
)
KEYS = (*TEXTS, "pair", "prompts")
MOST_PROMPTS = 5
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class Movement(StrEnum):
    """The movements a coaching prompt answers; the words of trend verdicts."""

    IMPROVED = "improved"
    WORSENED = "worsened"
    CHANGED = "changed"
    NO_SIGNAL = "no_signal"


def read_contract(document: Any, pointer: str = "") -> tuple[dict[str, Any], list[FieldProblem]]:
    """The contract with its texts in NFC, and every fault; the first is whole only without faults."""
    faults = Faults()
    if not faults.keys(document, pointer, known=KEYS, required=KEYS):
        return {}, faults.found
    contract: dict[str, Any] = {
        key: faults.text(document[key], f"{pointer}/{key}", longest=600) for key in TEXTS if key in document
    }
    if "pair" in document:
        contract["pair"] = _read_pair(document["pair"], f"{pointer}/pair", faults)
    if "prompts" in document:
        contract["prompts"] = _read_prompts(document["prompts"], f"{pointer}/prompts", faults)
    return contract, faults.found


def _read_pair(value: Any, pointer: str, faults: Faults) -> str | None:
    slug = faults.text(value, pointer, longest=50)
    if slug and not _SLUG.fullmatch(slug):
        faults.add(pointer, "not_a_slug", f"{said(slug)} is no definition's short name, such as change-lead-time.")
    return slug


def _read_prompts(value: Any, pointer: str, faults: Faults) -> list[dict[str, Any]]:
    items = faults.list_of(value, pointer, shortest=1, longest=MOST_PROMPTS)
    return [_read_prompt(item, f"{pointer}/{index}", faults) for index, item in enumerate(items)]


def _read_prompt(item: Any, pointer: str, faults: Faults) -> dict[str, Any]:
    if not faults.keys(item, pointer, known=("movement", "text"), required=("movement", "text")):
        return {}
    movement = text = None
    if "movement" in item:
        movement = faults.one_of(item["movement"], tuple(Movement), f"{pointer}/movement", "a movement")
    if "text" in item:
        text = faults.text(item["text"], f"{pointer}/text", longest=300)
    return {"movement": movement, "text": text}
