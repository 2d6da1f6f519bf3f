"""Short words for tests that promise: SLIs, SLOs and budget policies as items, and in force by whole proposals."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from apps.governance.domain.kinds import Item, Op
from apps.governance.models import Proposal
from apps.objectives.models import BudgetPolicy, Indicator, IndicatorVersion, Objective, ObjectiveVersion
from apps.services.models import CriticalFlow
from apps.teams.models import Team
from tests.agreeing import agree
from tests.personas import Organisation

SPEC: dict[str, Any] = {
    "name": "Checkout requests", "kind": "availability", "hurts": "Buyers who cannot pay.",
    "blind_spot": "Buyers who never reach the edge.", "measured_at": "edge",
}  # fmt: skip
PROMISE: dict[str, Any] = {
    "name": "Checkout succeeds", "monday_decision": "Whether a risky launch goes out this week.",
    "rationale": "Buyers leave above three failures in a thousand.", "revisit_on": "2027-01-31", "target": "0.997",
}  # fmt: skip
POLICY: dict[str, Any] = {
    "name": "Checkout budget", "goals": "One shared rule instead of an argument.",
    "non_goals": "It is no punishment.", "revisit_on": "2027-01-31",
}  # fmt: skip
INDICATOR, OBJECTIVE, POLICY_SLUG = "checkout-requests", "checkout-success", "checkout-budget"


def _op(model: Any, slug: str) -> Op:
    return Op.CHANGE if model.objects.filter(slug=slug).exists() else Op.CREATE


def indicator_item(
    slug: str = INDICATOR, *, service: str = "checkout-api", flow: str = "", owner: str = "", **spec: Any
) -> Item:
    """An SLI, or its next version, as an item; any part of its statement can be replaced, None leaves it out."""
    op = _op(Indicator, slug)
    place = {"service": service, "flow": flow, "owner_team": owner} if op is Op.CREATE else {}
    return Item("sli", op, slug, {**_filled(place), "spec": _filled({**SPEC, **spec})})


def objective_item(slug: str = OBJECTIVE, *, indicator: str = INDICATOR, owner: str = "", **promise: Any) -> Item:
    """An SLO, or its next version, as an item; any part of its promise can be replaced, None leaves it out."""
    op = _op(Objective, slug)
    place = {"indicator": indicator, "owner_team": owner} if op is Op.CREATE else {}
    return Item("slo", op, slug, {**_filled(place), "promise": _filled({**PROMISE, **promise})})


def policy_item(slug: str = POLICY_SLUG, *, owner: str = "checkout", **policy: Any) -> Item:
    """A budget policy, or its next version, as an item."""
    place = {"owner_team": owner} if _op(BudgetPolicy, slug) is Op.CREATE else {}
    return Item("budget_policy", _op(BudgetPolicy, slug), slug, {**place, "policy": _filled({**POLICY, **policy})})


def _filled(document: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if value not in (None, "")}


def promise(
    organisation: Organisation, *items: Item, at: datetime | None = None, on: date | None = None, **more: Any
) -> Proposal:
    """Agree on items: Ana proposes, whoever has to sign signs. First versions hold from the beginning by default."""
    is_first = all(item.op is Op.CREATE for item in items)
    if is_first and on is None and not more.get("at_once_reason"):
        more.setdefault("from_beginning", True)
    return agree(*items, author=organisation.people[more.pop("author", "ana")], at=at, on=on, **more)


def promised(organisation: Organisation, slug: str = OBJECTIVE, **more: Any) -> Objective:
    """An SLI and an SLO in force from the beginning, and with `policy` a budget policy; names follow the slug.

    `spec` and `promise` replace parts of the statements; `service`, `flow` and `owner` say whose it is.
    """
    indicator = more.pop("indicator", INDICATOR if slug == OBJECTIVE else f"{slug}-sli")
    place = {key: more.pop(key) for key in ("service", "flow", "owner") if key in more}
    items = []
    if not Indicator.objects.filter(slug=indicator).exists():
        items.append(indicator_item(indicator, **place, **more.pop("spec", {})))
    items.append(objective_item(slug, indicator=indicator, owner=place.get("owner", ""), **more.pop("promise", {})))
    if more.pop("policy", False):
        items.append(policy_item(owner=place.get("owner", "checkout")))
    promise(organisation, *items, **more)
    found: Objective = Objective.objects.select_related("indicator", "owner_team").get(slug=slug)
    return found


def make_flow(team: Team, slug: str = "checkout") -> CriticalFlow:
    """A critical flow of a team."""
    return CriticalFlow.objects.create(slug=slug, name=slug.capitalize(), team=team)


def newest_promise(slug: str = OBJECTIVE) -> ObjectiveVersion:
    """The version of the highest number of an objective."""
    found: ObjectiveVersion = ObjectiveVersion.objects.filter(objective__slug=slug).latest("number")
    return found


def newest_indicator(slug: str = INDICATOR) -> IndicatorVersion:
    """The version of the highest number of an indicator."""
    found: IndicatorVersion = IndicatorVersion.objects.filter(indicator__slug=slug).latest("number")
    return found
