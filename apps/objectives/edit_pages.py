"""On which page a proposal about one SLI, SLO or budget policy is revised: that of its words."""

from apps.governance.domain.kinds import Op
from apps.governance.models import ProposalItem


def name_edit_form(item: ProposalItem) -> str:
    """The name of the page; a retirement is revised in the plain form."""
    return "objectives:agreement-edit" if item.op in (Op.CREATE, Op.CHANGE) else ""
