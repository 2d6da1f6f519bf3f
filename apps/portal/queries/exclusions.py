"""Reads of the pages on exemptions and freezes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.accounts.domain import OrganisationRole, Principal
from apps.core import clock
from apps.core.problems import Absent
from apps.governance import queries as governance
from apps.governance.domain.acts import SignatureAct
from apps.governance.domain.exemptions import ExemptionKind, number_of
from apps.governance.domain.upstairs import upstairs
from apps.governance.models import Exemption, FreezeWindow, Signature
from apps.measurements.operations import ComparedDefinition, compute_with_and_without
from apps.metrics import queries as metrics
from apps.objectives.operations.exempting import Corrected, compare_stored
from apps.objectives.queries.exempted_results import Then, list_then
from apps.objectives.queries.offering import offer_objectives
from apps.services.models import Ownership
from apps.teams import queries as teams

EVERYWHERE = "organisation:all"


@dataclass(frozen=True)
class Signed:
    """Who asked for something, in which role, and who agreed."""

    asked_by: str
    role: str
    signers: Sequence[tuple[str, str]]  # name and role


@dataclass(frozen=True)
class ExemptionPage:
    """An exemption with its people and its values with and without it."""

    row: Exemption
    signed: Signed
    names: dict[str, str]
    compared: list[ComparedDefinition]
    corrected: list[Corrected]
    then: list[Then]


def get_exemption(key: str) -> Exemption:
    """The exemption called `E-3`; raises `Absent`."""
    return governance.get_exemption(_number(key, "E"))


def get_freeze(key: str) -> FreezeWindow:
    """The freeze called `F-2`; raises `Absent`."""
    return governance.get_freeze(_number(key, "F"))


def _number(key: str, letter: str) -> int:
    number = number_of(key, letter)
    if number is None:
        raise Absent("not_found", "Nothing is here for you.")
    return number


def get_exemption_page(key: str) -> ExemptionPage:
    """One exemption with everything that stands beside it; its values are computed for this page."""
    row = get_exemption(key)
    names = metrics.names_by_slug()
    is_of_budgets = row.kind == ExemptionKind.EXCLUDE_SLICES
    corrected, then = (compare_stored(row), list_then(row)) if is_of_budgets else ([], [])
    signed = signed_of([row])[row.proposal_id]
    return ExemptionPage(row, signed, names, compute_with_and_without(row, names), corrected, then)


def signed_of(rows: Sequence[Exemption] | Sequence[FreezeWindow]) -> dict[int, Signed]:
    """People by proposal, of the revision that came into force; one query for all rows."""
    proposals = {row.proposal_id: row.proposal for row in rows}
    found = Signature.objects.filter(revision__proposal__in=proposals).select_related("signed_by", "revision")
    in_force = [
        one for one in found.order_by("signed_at", "pk")
        if one.revision.number == proposals[one.revision.proposal_id].revision_number
    ]  # fmt: skip
    return {
        pk: _signed(proposal, [one for one in in_force if one.revision.proposal_id == pk])
        for pk, proposal in proposals.items()
    }


def _signed(proposal: Any, signatures: Sequence[Signature]) -> Signed:
    role = next((one.role for one in signatures if one.act == SignatureAct.SUBMIT), "")
    people = [(one.signed_by.full_name, one.role) for one in signatures]
    return Signed(proposal.created_by.full_name if proposal.created_by else "A tool", role, people)


def list_places(principal: Principal, *, services: bool) -> list[tuple[str, str]]:
    """Teams (and their services) the person may ask for, by name; a steward asks for any."""
    every = principal.holds(OrganisationRole.STEWARD)
    rows = list(teams.list_teams() if every else teams.list_teams().filter(pk__in=list(principal.team_roles)))
    places = [(f"team:{team.slug}", team.name) for team in rows]
    if services:
        owned = Ownership.objects.standing(clock.as_of()).filter(team__in=rows).select_related("service")
        return places + [(f"service:{o.service.slug}", o.service.name) for o in owned.order_by("service__name")]
    return [*places, (EVERYWHERE, "The whole organisation")]


def list_objectives(principal: Principal) -> list[tuple[str, str]]:
    """SLOs of the teams the person may ask for, by short name."""
    return offer_objectives(principal)


def shown_names() -> dict[str, str]:
    """Names of all definitions by every short name they have or had: exemptions of the past keep theirs."""
    return metrics.names_by_slug()


def definition_names() -> dict[str, str]:
    """Definitions that have not left, by name."""
    return dict(sorted(upstairs.definition_names().items(), key=lambda pair: pair[1]))


def may_ask(principal: Principal, team_id: int | None) -> bool:
    """True for the team's people and stewards; for what is the organisation's, for whoever holds a role in a team."""
    if principal.holds(OrganisationRole.STEWARD):
        return True
    return bool(principal.team_roles) if team_id is None else team_id in principal.team_roles
