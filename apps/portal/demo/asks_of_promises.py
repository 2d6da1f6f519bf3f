"""What the demonstration's people ask for about SLIs, SLOs and budget policies: each kind once for every state."""

from datetime import date
from typing import Any

from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.states import ProposalState
from apps.objectives.queries.histories import DOCUMENTS, get_standing
from apps.portal.demo.asks import FIRST, HELD_ON, OCTOBER, STANDS_FOR_MANAGER, Ask, Say
from apps.portal.demo.proposals import STEWARD

S = ProposalState
ENDED, REFUSED, SCHEDULED = date(2026, 8, 4), date(2026, 8, 5), date(2026, 8, 18)
STRICTER = [
    {"rule": "at_risk", "asks": "reliability_first", "signers": ["tech_lead", "product_manager"]},
    {"rule": "exhausted", "asks": "reliability_first",
     "signers": ["tech_lead", "engineering_manager", "product_manager"]},
]  # fmt: skip


def _change(kind: str, slug: str, **changed: Any) -> Say:
    """The newest version with some of it replaced."""
    key = DOCUMENTS[kind]
    return lambda _cast: Item(kind, Op.CHANGE, slug, {key: {**get_standing(kind, slug).content[key], **changed}})


def _sli(service: str, **changed: Any) -> Say:
    return _change("sli", f"{service}-uptime", **changed)


def _slo(service: str, **changed: Any) -> Say:
    return _change("slo", f"{service}-answers", **changed)


def _policy(service: str, **changed: Any) -> Say:
    return _change("budget_policy", f"{service}-budget", **changed)


ASKS_OF_PROMISES = (
    # Nobody moves these for two weeks.
    Ask(
        _sli("readthedocs", slice_seconds=900), "Emil Sarn", FIRST, S.IN_REVIEW,
        "A quarter of an hour is how long a reader waits before looking somewhere else.",
    ),
    Ask(
        _slo("defectdojo", target="0.995"), "Dana Rusk", FIRST, S.IN_REVIEW,
        "Two teams triage on Sundays by now, so an hour that is missing then is missed by somebody.",
    ),
    Ask(
        _policy("defectdojo", rules=STRICTER), "Viktor Lamm", FIRST, S.IN_REVIEW,
        "We would rather stop early for a week than argue in the middle of a release.",
    ),
    # The author ends these.
    Ask(
        _sli("keep", measured_at="client"), "Yara Finch", ENDED, S.WITHDRAWN,
        "What the log sees is our front door; whoever is on call stands behind another one.",
        ended_for="Nobody counts there yet. First the counts, then the change.",
    ),
    Ask(
        _slo("wagtail", target="0.999"), "Anouk Veldon", ENDED, S.WITHDRAWN,
        "Editors work at night since the new offices opened, so less may fail than until now.",
        ended_for="The preview says that we would have missed it in every month of the year.",
    ),
    Ask(
        _policy("wagtail", rules=STRICTER), "Pieter Hask", ENDED, S.WITHDRAWN,
        "A calm quarter is worth more to editors than one feature that comes two weeks earlier.",
        ended_for="With the promise as it is, the rules as they are will do.",
    ),
    # Somebody who has to sign, or a steward, ends these.
    Ask(
        _sli("defectdojo", hurts="Whoever looks.", measured_at="server"), "Dana Rusk", REFUSED, S.REJECTED,
        "The server knows better than any log from outside what it has answered and what not.",
        ended_by=STEWARD, ended_for="A server that is down counts nothing. Looks from outside see it.",
    ),
    Ask(
        _slo("saleor", target="0.9999"), "Mara Quist", REFUSED, S.REJECTED,
        "A large shop asks for four nines before it moves over; we should say whether we dare.",
        ended_by="Jonas Werrin", ended_for="That is four minutes a month. Nobody has asked what it would cost.",
    ),
    Ask(
        _policy("readthedocs", rules=STRICTER), "Emil Sarn", REFUSED, S.REJECTED,
        "A page that is missing helps nobody, however new the builder behind it may be.",
        ended_by="Carla Benning", ended_for="At risk is where we still choose. Stopping there leaves no choice.",
    ),
    # Agreed by somebody who does so only for these days; what waits for its date is blocked when it comes.
    Ask(
        _sli("keep", slice_seconds=900), "Yara Finch", date(2026, 8, 12), S.SCHEDULED,
        "An alert that comes an hour late is no alert; a quarter of an hour is what people can bear.",
        holds_on=HELD_ON, signers=[STANDS_FOR_MANAGER],
    ),
    Ask(
        _slo("keep", target="0.999"), "Yara Finch", date(2026, 8, 12), S.SCHEDULED,
        "Whoever is on call relies on it more than on anything else that we run for them.",
        holds_on=HELD_ON, signers=[STANDS_FOR_MANAGER],
    ),
    Ask(
        _policy("keep", rules=STRICTER), STANDS_FOR_MANAGER, date(2026, 8, 12), S.SCHEDULED,
        "While the pager moves, an alert that is lost costs more than a change that waits.",
        holds_on=HELD_ON, signers=["Yara Finch", "Mila Garrick"],
    ),
    # These wait for their date.
    Ask(
        _sli("wagtail", slice_seconds=900), "Anouk Veldon", SCHEDULED, S.SCHEDULED,
        "From October on the log looks more often, so an hour hides what a quarter of one shows.",
        holds_on=OCTOBER, signers=["Lena Morrow"],
    ),
    Ask(
        _slo("readthedocs", target="0.998"), "Emil Sarn", SCHEDULED, S.SCHEDULED,
        "The move of the builds costs hours that we know of; until it is over we promise less.",
        holds_on=OCTOBER, signers=["Noor Tavish"],
    ),
    Ask(
        _policy("wagtail", rules=STRICTER), "Anouk Veldon", SCHEDULED, S.SCHEDULED,
        "After the migration of the editor there is nothing left that could not wait a week.",
        holds_on=OCTOBER, signers=["Pieter Hask", "Lena Morrow"],
    ),
    # These wait for people.
    Ask(
        _sli("saleor", slice_seconds=900), "Mara Quist", date(2026, 8, 19), S.IN_REVIEW,
        "In the weeks of the sale an hour is too long to learn that the search does not answer.",
    ),
    Ask(
        _slo("saleor", target="0.999"), "Mara Quist", date(2026, 8, 19), S.IN_REVIEW,
        "Two shops ask for three nines in their contracts; the preview says whether we kept them.",
    ),
    Ask(
        _policy("saleor", rules=STRICTER), "Ines Calder", date(2026, 8, 19), S.IN_REVIEW,
        "Before the sale nobody has time to decide, so the stricter rule should stand beforehand.",
    ),
    Ask(
        _sli("readthedocs", measured_at="edge"), "Emil Sarn", date(2026, 8, 20), S.DRAFT,
        "The edge sees every reader, the log only looks once in a while; somebody has to count there first.",
    ),
    Ask(
        _slo("keep", window={"calendar": "month"}), "Yara Finch", date(2026, 8, 20), S.DRAFT,
        "Those who pay for it read months, and a month is what the invoice speaks of.",
    ),
    Ask(
        _policy("defectdojo", rules=STRICTER), "Dana Rusk", date(2026, 8, 20), S.DRAFT,
        "What expired in August asks again, after the summer in which nobody was there to read it.",
    ),
)  # fmt: skip
