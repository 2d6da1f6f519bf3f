"""What the demonstration's people ask for besides definitions: each kind once for every state it comes to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from apps.core.periods import parse_period
from apps.governance.domain.kinds import Item, Op
from apps.governance.domain.states import ProposalState
from apps.measurements import queries as measurements
from apps.measurements.domain.subjects import WHOLE, Subject, SubjectKind
from apps.metrics.domain.targets import AT_MOST, Baseline, content_of, key_of
from apps.portal.demo.cast import Cast
from apps.portal.demo.proposals import FAILURES, LEAD_TIME, REWORK, STEWARD
from apps.scorecards import queries as cards

S = ProposalState
LEADERSHIP, STANDS_FOR_LEADERSHIP, STANDS_FOR_MANAGER = "Helen Ostrander", "Petra Voss", "Kofi Lindgren"
BASELINE, QUARTER = "2026-Q2", "2026-Q4"
TENTH_OF_DAY, NEVER_FAILED = Decimal(8640), Decimal("0.1")
# What was submitted on the first day expires on the tenth of August.
FIRST, OCTOBER = date(2026, 7, 27), date(2026, 10, 1)
# The clock comes round on this day and finds what was scheduled for it.
HELD_ON = date(2026, 8, 17)

Say = Callable[[Cast], Item]


class OpeningStuck(RuntimeError):
    """A proposal did not come to the state the story tells."""


@dataclass(frozen=True)
class Ask:
    """One proposal: what, by whom and when, who agrees, and how it ends where somebody ends it."""

    what: Say
    author: str
    on: date
    until: ProposalState
    reason: str
    holds_on: date | None = None
    signers: Sequence[str] = ()
    ended_by: str = ""
    ended_for: str = ""


def _target(team: str, slug: str, share: str) -> Say:
    """For the last quarter of the year, a share of the team's own value of the second."""

    def say(cast: Cast) -> Item:
        subject, period = Subject(SubjectKind.TEAM, cast.teams[team].pk), parse_period(BASELINE)
        cell = measurements.get_cells([subject], [slug], [period])[subject, slug, BASELINE, WHOLE]
        reading = cell.reading
        if reading.value is None:
            raise OpeningStuck(f"{team} has no {slug} in {BASELINE}")
        start = Baseline(BASELINE, reading.value, reading.n, cell.version_number, reading.lower, reading.upper)
        value = round(Decimal(str(reading.value)) * Decimal(share) / TENTH_OF_DAY) * TENTH_OF_DAY or NEVER_FAILED
        content = content_of(
            team=team, definition=slug, quarter=QUARTER, comparison=AT_MOST, value=value, baseline=start
        )
        return Item("target", Op.CREATE, key_of(content), content)

    return say


def _template(team_type: str, without: str) -> Say:
    """The template as it stands without one slot."""

    def say(_cast: Cast) -> Item:
        newest = cards.newest_template(team_type)
        kept = [slot for slot in newest.slots if slot["label"] != without] if newest else []
        slots = [{**slot, "rank": rank} for rank, slot in enumerate(kept, start=1)]
        return Item("scorecard_template", Op.CHANGE, team_type, {"slots": slots})

    return say


def _exemption(service: str, starts_at: str, expires_at: str, slug: str = REWORK) -> Say:
    content = {
        "kind": "pause_judging", "service": service, "definitions": [slug], "starts_at": starts_at,
        "expires_at": expires_at,
    }  # fmt: skip
    return lambda _cast: Item("exemption", Op.CREATE, "", content)


def _freeze(team: str, name: str, starts_on: str, last_on: str) -> Say:
    content: Mapping[str, Any] = {"name": name, "team": team, "starts_on": starts_on, "last_on": last_on}
    return lambda _cast: Item("freeze_window", Op.CREATE, "", content)


ASKS = (
    # Nobody moves these for two weeks.
    Ask(
        _target("insights", LEAD_TIME, "0.9"), "Felix Unwin", FIRST, S.IN_REVIEW,
        "A tenth less is what two people can promise beside everything that other teams ask of them.",
    ),
    Ask(
        _template("mixed", "Operational noise"), STEWARD, FIRST, S.IN_REVIEW,
        "Nobody has said yet how it would be counted, so the slot has stood empty since the template was agreed on.",
    ),
    Ask(
        _exemption("wagtail", "2026-07-27", "2026-08-24"), "Anouk Veldon", FIRST, S.IN_REVIEW,
        "Every second release of these weeks only takes back what the one before it tried out.",
    ),
    Ask(
        _freeze("security", "summer", "2026-08-03", "2026-08-16"), "Viktor Lamm", FIRST, S.IN_REVIEW,
        "Half of the team is away at the same time, so nobody could mend what a release breaks.",
    ),
    # The author ends these.
    Ask(
        _target("alerting", LEAD_TIME, "0.8"), "Yara Finch", date(2026, 8, 4), S.WITHDRAWN,
        "A fifth less would bring us back to where we were before the release train was introduced.",
        ended_for="The train stays, so the number would say something about its timetable and not about us.",
    ),
    Ask(
        _template("platform", "Operational noise"), STEWARD, date(2026, 8, 4), S.WITHDRAWN,
        "The slot is empty on every card of a platform team, and has been since the template was agreed on.",
        ended_for="Alerting begins to count it in autumn. Until then the empty slot says what is missing.",
    ),
    Ask(
        _exemption("keep", "2026-08-03", "2026-08-31"), "Yara Finch", date(2026, 8, 4), S.WITHDRAWN,
        "The repository is being merged with another one, and its tags say nothing until that is done.",
        ended_for="It is done already: the old tags were copied with their dates.",
    ),
    Ask(
        _freeze("runtime", "database upgrade", "2026-08-10", "2026-08-14"), "Amira Cole", date(2026, 8, 4), S.WITHDRAWN,
        "The upgrade needs a week in which nothing else changes, so that a fault has one possible cause.",
        ended_for="The upgrade moves to winter.",
    ),
    # Somebody who has to sign ends these.
    Ask(
        _target("observability", LEAD_TIME, "0.7"), "Kofi Lindgren", date(2026, 8, 5), S.REJECTED,
        "Three services release when somebody thinks of it; a fixed day would take a third off at once.",
        ended_by="Petra Voss", ended_for="A fixed day needs no target. We try it for a quarter first.",
    ),
    Ask(
        _template("product", "Operational noise"), STEWARD, date(2026, 8, 5), S.REJECTED,
        "The slot is empty on every card of a product team, and has been since the template was agreed on.",
        ended_by=LEADERSHIP, ended_for="It is the one slot that asks how people are. An empty one still asks.",
    ),
    Ask(
        _exemption("pyrra", "2026-08-03", "2026-09-28"), "Kofi Lindgren", date(2026, 8, 5), S.REJECTED,
        "It is maintained by volunteers only, so a release that is mended late says nothing about the team.",
        ended_by=STEWARD, ended_for="That holds for ever, so it is no exception; it belongs into the definition.",
    ),
    Ask(
        _freeze("publishing", "editors' conference", "2026-08-10", "2026-08-30"), "Pieter Hask", date(2026, 8, 5),
        S.REJECTED, "Our users are at their conference, and half of the questions would reach nobody.",
        ended_by="Lena Morrow", ended_for="Three weeks for a conference of two days hides more than it explains.",
    ),
    # Agreed by people who do so only for these days; what waits for its date is blocked when it comes.
    Ask(
        _template("mixed", "Correct outcomes of critical flows"), STEWARD, date(2026, 8, 12), S.SCHEDULED,
        "A mixed team serves other teams alone, so it has no flow of customers whose outcome it could count.",
        holds_on=HELD_ON, signers=[STANDS_FOR_LEADERSHIP],
    ),
    Ask(
        _exemption("keep", "2026-08-17", "2026-09-14"), STANDS_FOR_MANAGER, date(2026, 8, 12), S.SCHEDULED,
        "Its release notes are written by another tool from now on, which tags every draft as a release.",
        holds_on=HELD_ON, signers=[STEWARD],
    ),
    Ask(
        _freeze("alerting", "move of the pager", "2026-08-24", "2026-08-28"), STANDS_FOR_MANAGER, date(2026, 8, 12),
        S.SCHEDULED, "While the pager moves to another provider, a release could ring at somebody who is not on call.",
        holds_on=HELD_ON, signers=["Mila Garrick"],
    ),
    # The second of these was quicker, so the first is blocked when its date comes.
    Ask(
        _target("documentation", LEAD_TIME, "0.9"), "Emil Sarn", date(2026, 8, 12), S.SCHEDULED,
        "A tenth less than in the second quarter is what the shorter build alone should bring.",
        holds_on=HELD_ON, signers=["Noor Tavish"],
    ),
    Ask(
        _target("documentation", LEAD_TIME, "0.8"), "Noor Tavish", date(2026, 8, 13), S.ACTIVATED,
        "With the shorter build and the new reviewers a fifth less is within reach; both are there since July.",
        signers=["Emil Sarn"],
    ),
    # These wait for their date.
    Ask(
        _target("runtime", LEAD_TIME, "0.9"), "Hugo Stenmark", date(2026, 8, 18), S.SCHEDULED,
        "Reviews across the two services take a day longer than within one; a tenth less is what pairing brings.",
        holds_on=OCTOBER, signers=["Amira Cole"],
    ),
    Ask(
        _template("product", "Failed deployment recovery time"), STEWARD, date(2026, 8, 18), S.SCHEDULED,
        "Product teams fail so rarely that the slot has read too few in every quarter since it was agreed on.",
        holds_on=OCTOBER, signers=[LEADERSHIP],
    ),
    Ask(
        _exemption("netbox", "2026-10-01", "2026-10-29"), "Hugo Stenmark", date(2026, 8, 18), S.SCHEDULED,
        "In October a new major version comes out, with a patch for whatever its first users find.",
        holds_on=OCTOBER, signers=[STEWARD],
    ),
    Ask(
        _freeze("commerce", "autumn sale", "2026-10-05", "2026-10-18"), "Ines Calder", date(2026, 8, 18), S.SCHEDULED,
        "In the weeks of the sale a shop that stands still costs more than a change that comes later.",
        holds_on=OCTOBER, signers=["Jonas Werrin"],
    ),
    # These wait for people.
    Ask(
        _target("publishing", LEAD_TIME, "0.8"), "Anouk Veldon", date(2026, 8, 19), S.IN_REVIEW,
        "Translations arrive a week before a release now, so a fifth of the waiting should go by itself.",
    ),
    Ask(
        _template("platform", "Unit cost per request, tenant or key operation"), STEWARD, date(2026, 8, 19),
        S.IN_REVIEW,
        "Nobody is billed by tenant here, so the slot would ask for a number that nobody can act on.",
    ),
    Ask(
        _exemption("defectdojo", "2026-08-17", "2026-09-14", FAILURES), "Dana Rusk", date(2026, 8, 19), S.IN_REVIEW,
        "A scanner that others maintain fails in every second release of this month; we wait for theirs.",
    ),
    Ask(
        _freeze("documentation", "move of the builds", "2026-09-07", "2026-09-13"), "Noor Tavish", date(2026, 8, 19),
        S.IN_REVIEW, "While the builds move to other machines, a failed one could come from either side.",
    ),
    Ask(
        _target("alerting", LEAD_TIME, "0.9"), "Yara Finch", date(2026, 8, 20), S.DRAFT,
        "A tenth less than the train gives us could come from smaller changes; whether we want it is not settled yet.",
    ),
    Ask(
        _template("product", "Operational noise"), STEWARD, date(2026, 8, 20), S.DRAFT,
        "After the answer of August this asks again once incidents are there to be counted.",
    ),
    Ask(
        _exemption("healthchecks", "2026-08-17", "2026-09-14"), "Kofi Lindgren", date(2026, 8, 20), S.DRAFT,
        "Its next versions are cut from two branches, and only one of them is what people run.",
    ),
    Ask(
        _freeze("insights", "move of the warehouse", "2026-09-14", "2026-09-20"), "Felix Unwin", date(2026, 8, 20),
        S.DRAFT, "While the warehouse moves, nobody could tell a wrong number from a late one.",
    ),
)  # fmt: skip
