"""On which page a proposal about one definition is revised: that of its words, or of what becomes of its life."""

from collections.abc import Mapping
from typing import Any

from apps.governance.domain.kinds import Op
from apps.governance.models import ProposalItem

IDENTITY = ("lens", "owner_team", "slug")


def identity_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a version's document that say whose it is and what it is called in addresses."""
    return {key: document[key] for key in IDENTITY if key in document}


def is_move(item: ProposalItem) -> bool:
    """True for a change that gives a definition another team, lens or short name."""
    before, after = item.shown.get("before"), item.shown.get("after")
    if item.op != Op.CHANGE or not before or not after:
        return False
    return identity_of(before["document"]) != identity_of(after["document"])


def name_edit_form(item: ProposalItem) -> str:
    """The name of the page, without a way round over another one."""
    is_life = item.op not in (Op.CREATE, Op.CHANGE) or is_move(item)
    return "metrics:life-edit" if is_life else "metrics:wording-edit"
