"""Starter definitions of being on call and of giving support: the measures of load of the called team. Pure."""

from typing import Any

from apps.metrics.domain.starter import StarterVersion

URGENT: dict[str, Any] = {"facts": "pages", "clock": "fired_at", "where": [["urgency", "in", ["high"]]]}
SHARE_OF_URGENT: dict[str, Any] = {
    "measure": "ratio", "of": URGENT, "direction": "lower_is_better", "unit": "share",
}  # fmt: skip
TICKETS: dict[str, Any] = {"facts": "tickets", "clock": "opened_at"}
FIRST_REASON = "First agreement on what being on call costs: the starter definition, read until the teams improve it."
PAGED = "Urgent pages as the paging tools report them, without who answered."
WEEKLY = "Weekly, in the team's review."


def _prompts(worsened: str, improved: str) -> list[dict[str, str]]:
    return [{"movement": "worsened", "text": worsened}, {"movement": "improved", "text": improved}]


ON_CALL_LOAD = StarterVersion(
    slug="on-call-load",
    lens="learning",
    name="On-call load",
    spec={"measure": "rate", "of": URGENT, "direction": "lower_is_better", "unit": "per_week"},
    contract={
        "purpose": "Shows how often a team is called away from its work or its sleep.",
        "decision": "Tech lead and engineering manager decide whether alerts are mended before the next feature.",
        "data_source": PAGED,
        "cadence": WEEKLY,
        "escalation": "Above its target for a quarter: the rota and the alerts become a subject of the target review.",
        "pitfall": "A team that switches alerts off reads well here until its users tell it of the next outage.",
        "pair": "pages-actionable",
        "prompts": _prompts("Which rule paged most, and what would quieten it?", "Which alert is gone for good?"),
    },
    reason=FIRST_REASON,
)

PAGES_OUT_OF_HOURS = StarterVersion(
    slug="pages-out-of-hours",
    lens="learning",
    name="Pages out of hours",
    spec=SHARE_OF_URGENT | {"numerator": {"where": [["out_of_hours", "is", "true"]]}},
    contract={
        "purpose": "Shows how much of the load falls on evenings, weekends and nights of the team's own zone.",
        "decision": "The team decides which alerts can wait for the morning and which work moves into the day.",
        "data_source": PAGED + " Working hours come from the team's on-call profile.",
        "cadence": WEEKLY,
        "escalation": "Above its target for a quarter: cover and rota are agreed anew in the target review.",
        "pitfall": "Hours that no longer fit how the team works put pages into the wrong bucket.",
        "pair": "on-call-load",
        "prompts": _prompts("What runs at night that could run by day?", "What let the evenings become quiet?"),
    },
    reason=FIRST_REASON,
)

OPERATIONAL_NOISE = StarterVersion(
    slug="operational-noise",
    lens="learning",
    name="Operational noise",
    spec=SHARE_OF_URGENT | {"numerator": {"where": [["repeat", "is", "true"]]}},
    contract={
        "purpose": "Shows how many urgent pages come from a rule that has paged in the seven days before.",
        "decision": "The team decides which rule to mend, and which cause behind it.",
        "data_source": PAGED,
        "cadence": WEEKLY,
        "escalation": "Two months above its target: the noisiest rules go into the monthly synthesis.",
        "pitfall": "A rule renamed at every change of its threshold never repeats.",
        "pair": "on-call-load",
        "prompts": _prompts("What do the repeated pages of these weeks share?", "Which repetition ended, and why?"),
    },
    reason=FIRST_REASON,
)

PAGES_ACTIONABLE = StarterVersion(
    slug="pages-actionable",
    lens="learning",
    name="Actionable pages",
    spec={
        "measure": "ratio",
        "of": URGENT,
        "numerator": {"where": [["actionable", "is", "true"]]},
        "exclude": [{"where": [["actionable", "is", "unset"]], "reason": "Nothing says what it was good for."}],
        "min_n": 10,
        "min_coverage": "0.6",
        "direction": "higher_is_better",
        "unit": "share",
    },
    contract={
        "purpose": "Shows how many of the labelled urgent pages needed somebody to act.",
        "decision": "The team decides which alerts are mended, lowered or removed.",
        "data_source": "Labels that the people of the team give to their pages.",
        "cadence": "Monthly, in the team's synthesis.",
        "escalation": "Below its target for a quarter: alert rules are gone through together, rule by rule.",
        "pitfall": "Labels are given by those who were called: what a team calls acted on is its own word.",
        "pair": "on-call-load",
        "prompts": _prompts("Which label grew, and what does it ask for?", "Which rule became worth waking up for?"),
    },
    reason=FIRST_REASON,
)

PAGE_ACKNOWLEDGEMENT = StarterVersion(
    slug="page-acknowledgement",
    lens="reliability",
    name="Page acknowledgement",
    spec={
        "measure": "quantile",
        "of": URGENT,
        "q": "0.9",
        "value": {"from": "fired_at", "to": "acknowledged_at"},
        "direction": "lower_is_better",
        "unit": "seconds",
    },
    contract={
        "purpose": "Shows within what time nine in ten urgent pages are taken up by a person.",
        "decision": "Tech lead and engineering manager decide whether cover and escalation fit.",
        "data_source": PAGED + " Pages that ended by themselves have no acknowledgement and are left out.",
        "cadence": "Monthly, in the team's synthesis.",
        "escalation": "Longer than the team's own target for a quarter: escalation is agreed anew.",
        "pitfall": "A tool that acknowledges by itself makes this number say nothing about people.",
        "pair": "pages-ended-by-themselves",
        "prompts": _prompts("When do pages wait longest, and who covers those hours?", "What made answering easier?"),
    },
    reason=FIRST_REASON,
)

PAGES_ENDED_BY_THEMSELVES = StarterVersion(
    slug="pages-ended-by-themselves",
    lens="learning",
    name="Pages that ended by themselves",
    spec=SHARE_OF_URGENT
    | {"numerator": {"where": [["end_reason", "in", ["by_itself"]], ["acknowledged_at", "is", "unset"]]}},
    contract={
        "purpose": "Shows how many urgent pages were over before a person took them up.",
        "decision": "The team decides which thresholds wait longer before they call somebody.",
        "data_source": PAGED,
        "cadence": "Monthly, in the team's synthesis.",
        "escalation": "More than half for a rule: it stands among the noisy alerts of the month.",
        "pitfall": "A slow answer and a short alarm look the same here; read the acknowledgement beside it.",
        "pair": "page-acknowledgement",
        "prompts": _prompts("Which rule calls before it is sure?", "Which threshold was given more time?"),
    },
    reason=FIRST_REASON,
)

NIGHTS_WOKEN = StarterVersion(
    slug="nights-woken",
    lens="learning",
    name="Nights woken",
    spec={
        "measure": "rate",
        "of": URGENT | {"where": [*URGENT["where"], ["woke", "is", "true"]]},
        "direction": "lower_is_better",
        "unit": "per_week",
    },
    contract={
        "purpose": "Shows in how many nights of a week somebody of the team was called, however often.",
        "decision": "The team decides what is repaired before the next night on call.",
        "data_source": PAGED + " A night lasts from 22 to 8 on the team's wall clock.",
        "cadence": WEEKLY,
        "escalation": "More than one night a week for a month goes to the group's leadership.",
        "pitfall": "A first page before midnight and a second after it are one night, as for the sleeper.",
        "pair": "on-call-load",
        "prompts": _prompts("What woke the team, and could it have waited?", "What lets people sleep by now?"),
    },
    reason=FIRST_REASON,
)

SUPPORT_FIRST_RESPONSE = StarterVersion(
    slug="support-first-response",
    lens="reliability",
    name="Support first response",
    spec={
        "measure": "ratio",
        "of": {"facts": "tickets", "clock": {"field": "opened_at", "plus": "8h"}},
        "exclude": [{"where": [["deflected", "is", "true"]], "reason": "Answered without the team."}],
        "numerator": {"where": [{"from": "opened_at", "to": "first_response_at", "at_most": "8h"}]},
        "reading": "commitment",
        "direction": "higher_is_better",
        "unit": "share",
    },
    contract={
        "purpose": "Shows how many requests for support were answered within eight hours.",
        "decision": "The team decides how much of the next weeks goes into answering, and what to explain once.",
        "data_source": "Tickets from the support tool, with the time of the first answer; deflected ones are left out.",
        "cadence": WEEKLY,
        "escalation": "Below its target for a quarter: support gets a share of the next capacity split.",
        "pitfall": "Hours run through nights and weekends; an automatic reply is no answer.",
        "pair": "deflection",
        "prompts": _prompts("Which requests wait, and at which hours?", "Which answer is written down now?"),
    },
    reason=FIRST_REASON,
)  # fmt: skip

DEFLECTION = StarterVersion(
    slug="deflection",
    lens="impact",
    name="Deflection",
    spec={
        "measure": "ratio",
        "of": TICKETS,
        "numerator": {"where": [["deflected", "is", "true"]]},
        "direction": "higher_is_better",
        "unit": "share",
    },
    contract={
        "purpose": "Shows how many requests find their answer without the team.",
        "decision": "The team decides which guide, default or self-service to build next.",
        "data_source": "Tickets from the support tool that say whether documentation or self-service answered them.",
        "cadence": "Monthly, in the team's synthesis.",
        "escalation": "Falling for two quarters: the platform's documentation becomes planned work.",
        "pitfall": "A form that gives up on people counts as an answer; read the volume of tickets beside it.",
        "pair": "ticket-volume",
        "prompts": _prompts("Which question comes back most?", "Which page answered it?"),
    },
    reason=FIRST_REASON,
)

TICKET_VOLUME = StarterVersion(
    slug="ticket-volume",
    lens="impact",
    name="Ticket volume",
    spec={"measure": "rate", "of": TICKETS, "direction": "neither", "unit": "per_week"},
    contract={
        "purpose": "Shows how much support is asked of the team in a week.",
        "decision": "The team decides whether answering is still a side task.",
        "data_source": "Tickets from the support tool, by the time they were opened.",
        "cadence": "Monthly, in the team's synthesis.",
        "escalation": "Doubled within a quarter: capacity for support is agreed in the target review.",
        "pitfall": "More tickets may mean more users and not worse software; there is no good direction.",
        "pair": "deflection",
        "prompts": [{"movement": "changed", "text": "Who asks more or less than before, and for what?"}],
    },
    reason=FIRST_REASON,
)

ONCALL_STARTER = (
    ON_CALL_LOAD, PAGES_OUT_OF_HOURS, OPERATIONAL_NOISE, PAGES_ACTIONABLE, PAGE_ACKNOWLEDGEMENT,
    PAGES_ENDED_BY_THEMSELVES, NIGHTS_WOKEN, SUPPORT_FIRST_RESPONSE, DEFLECTION, TICKET_VOLUME,
)  # fmt: skip
