"""Definitions of the demonstration that do not stay: one is retired, one is to leave, and which ones were looked at.

None of them stands on a scorecard, so no number of a card moves.
"""

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from apps.core.work import run_now
from apps.governance import operations as governance
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.revisions import Asked, Category
from apps.governance.models import Proposal
from apps.metrics import operations as metrics
from apps.metrics import queries as definitions
from apps.metrics.domain.lifecycle import Lifecycle
from apps.metrics.domain.starter import CHANGE_FAILURE_RATE, DEPLOYMENT_FREQUENCY, RECOVERY_TIME, REWORK_RATE
from apps.portal.demo.cast import Cast, local

TECH_LEAD, MANAGER, STEWARD = "Rosa Delmar", "Felix Unwin", "Silke Farrow"
HOTFIXES, WITHIN_A_DAY = "hotfix-share", "recovered-within-a-day"
RETIRED_FROM = date(2026, 6, 1)


class EndingStuck(RuntimeError):
    """A definition of the story did not come to the end the story tells."""


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act, with its instant."""
    yield local(date(2025, 8, 18)), partial(_confirm, MANAGER, (DEPLOYMENT_FREQUENCY.slug,))
    yield local(date(2025, 10, 13)), _define
    kept = ("change-lead-time", RECOVERY_TIME.slug, REWORK_RATE.slug)
    yield local(date(2026, 2, 16)), partial(_confirm, TECH_LEAD, kept)
    yield local(date(2026, 3, 9)), _deprecate
    yield local(date(2026, 5, 27)), _retire
    yield local(RETIRED_FROM), _leave
    yield local(date(2026, 8, 21)), _draft_move


def _hotfixes() -> dict[str, Any]:
    return {
        "lens": "reliability", "owner_team": "insights", "name": "Share of hotfixes",
        "spec": CHANGE_FAILURE_RATE.spec | {"numerator": {"where": [["intent", "in", ["hotfix"]]]}},
        "contract": {
            "purpose": "Shows how many releases were made in a hurry.",
            "decision": "The team decides whether its release train needs a quicker regular lane.",
            "data_source": "Deployments with the intent that the pipeline states.",
            "cadence": "Monthly, in the team's synthesis.",
            "escalation": "A share above a tenth for a quarter is named in the quarterly review.",
            "pitfall": "Only pipelines that state an intent have hotfixes at all.",
            "pair": DEPLOYMENT_FREQUENCY.slug,
            "prompts": [{"movement": "worsened", "text": "What could not wait for the next regular release?"}],
        },
    }  # fmt: skip


def _within_a_day() -> dict[str, Any]:
    counted = {"facts": "deployments", "clock": "finished_at", "where": ["production", ["remediated_by", "is", "set"]]}
    return {
        "lens": "reliability", "owner_team": "insights", "name": "Recovered within a day",
        "spec": {
            "measure": "ratio", "of": counted, "direction": "higher_is_better", "unit": "share",
            "numerator": {"where": [{"from": "finished_at", "to": "remediated_by.finished_at", "at_most": "24h"}]},
        },
        "contract": {
            "purpose": "Shows how many failed releases were mended before the next working day was over.",
            "decision": "The team decides whether a trusted rollback comes before the next feature.",
            "data_source": "Failed deployments and the earliest deployment that mended each of them.",
            "cadence": "Monthly, in the team's synthesis.",
            "escalation": "Less than half for a quarter is named in the quarterly review.",
            "pitfall": "A release mended after 25 hours counts like one that was never mended.",
            "pair": CHANGE_FAILURE_RATE.slug,
            "prompts": [{"movement": "worsened", "text": "What kept the mending from being released the same day?"}],
        },
    }  # fmt: skip


def _define(cast: Cast) -> str:
    contents = {HOTFIXES: _hotfixes(), WITHIN_A_DAY: _within_a_day()}
    items = tuple(Item(metrics.DEFINITION, Op.CREATE, slug, content) for slug, content in contents.items())
    reason = "Two questions of the last review had no number: how much is done in a hurry, how much is mended at once."
    proposal = _agreed(cast, Asked(items, reason, Category.NEW_NEED, from_beginning=True))
    _require(HOTFIXES, Lifecycle.ACTIVE)
    return f"{proposal}, two further definitions are agreed on"


def _deprecate(cast: Cast) -> str:
    ends = {
        HOTFIXES: {"successor": REWORK_RATE.slug, "sunset_on": "2026-05-04"},
        WITHIN_A_DAY: {"successor": RECOVERY_TIME.slug, "sunset_on": "2026-10-05"},
    }
    items = tuple(Item(metrics.DEFINITION, Op.DEPRECATE, slug, content) for slug, content in ends.items())
    reason = "Nobody decided anything by either in two quarters; the rework rate and the recovery time say more."
    proposal = _agreed(cast, Asked(items, reason, Category.CLEAN_UP))
    _require(WITHIN_A_DAY, Lifecycle.DEPRECATED)
    return f"{proposal}, both are deprecated, each with what replaces it"


def _retire(cast: Cast) -> str:
    reason = "Its last day has passed, nothing depends on it, and the rework rate has taken its place in every talk."
    asked = Asked((Item(metrics.DEFINITION, Op.RETIRE, HOTFIXES, {}),), reason, Category.CLEAN_UP)
    return f"{_agreed(cast, asked)}, the share of hotfixes is to be retired on {RETIRED_FROM:%-d %B %Y}"


def _leave(_cast: Cast) -> str:
    run_now("governance.move_proposals")
    _require(HOTFIXES, Lifecycle.RETIRED)
    return "the share of hotfixes is retired; its past stays"


def _draft_move(cast: Cast) -> str:
    newest = definitions.newest_version(REWORK_RATE.slug)
    if newest is None:
        raise EndingStuck(f"{REWORK_RATE.slug} has no version")
    content = {
        "owner_team": "observability", "name": newest.name, "spec": json.loads(newest.spec_text),
        "contract": newest.contract,
    }  # fmt: skip
    items = (Item(metrics.DEFINITION, Op.CHANGE, REWORK_RATE.slug, content),)
    reason = "Observability answers the questions about it anyway, as the objectives it guards are looked at there."
    proposal = governance.draft_proposal(asked=Asked(items, reason, Category.IMPROVEMENT), by=cast.person(TECH_LEAD))
    run_now("governance.run_previews")
    return f"{proposal}, the rework rate is to move to Observability: a draft"


def _agreed(cast: Cast, asked: Asked) -> Proposal:
    """The owner's tech lead proposes, the steward submits, its manager and the steward sign."""
    proposal = governance.draft_proposal(asked=asked, by=cast.person(TECH_LEAD))
    run_now("governance.run_previews")
    is_retirement = any(item.op is Op.RETIRE for item in asked.items)
    by = STEWARD if is_retirement else TECH_LEAD
    proposal = governance.submit_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=cast.person(by))
    for name in (MANAGER,) if is_retirement else (MANAGER, STEWARD):
        proposal = governance.sign_proposal(proposal=proposal, sha256=proposal.revision_sha256, by=cast.person(name))
    return proposal


def _require(slug: str, state: Lifecycle) -> None:
    found = definitions.get_definition(slug)
    if found.lifecycle != state:
        raise EndingStuck(f"{slug} is {found.lifecycle}, the story says {state}")


def _confirm(name: str, slugs: tuple[str, ...], cast: Cast) -> str:
    text = "It was looked at in every quarterly review of the year and led to a decision at least once. It stays."
    for slug in slugs:
        metrics.confirm_definition(definition=definitions.get_definition(slug), text=text, by=cast.person(name))
    return f"{name} confirms {len(slugs)} definition{'s' if len(slugs) > 1 else ''} for another year"
