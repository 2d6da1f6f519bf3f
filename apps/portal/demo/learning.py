"""Retros of the demonstration in every state, known causes that return, and what a month's meeting picks.

The outages are the pack's; what was learned from them is told as teams tell it, about systems and never about people.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial

from apps.accounts.domain import TeamRole
from apps.core.periods import parse_period
from apps.incidents.domain.action_drafts import ActionDraft
from apps.incidents.domain.action_words import ActionKind, CauseStatus
from apps.incidents.domain.incident_words import MilestoneKind
from apps.incidents.domain.retro_words import RowKind, SectionKey
from apps.incidents.models import Incident, KnownCause, Retro
from apps.incidents.operations import (
    cause_linking,
    retro_amending,
    retro_opening,
    retro_publishing,
    retro_saving,
    retro_waiving,
    statements,
)
from apps.incidents.operations.synthesis_picking import pick_improvement
from apps.incidents.queries import incidents, retro_around, retros, synthesis
from apps.incidents.queries.synthesis import Scope
from apps.metrics.domain.starter_catalogues import LEARNING
from apps.portal.demo import outages
from apps.portal.demo.agreements import adopt
from apps.portal.demo.cast import Cast, local

OWNER = "insights"
ADOPTED_ON, IN_FORCE_ON = date(2026, 4, 2), date(2026, 4, 6)
TL, EM = TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER
UNKNOWN = "The log knows when a place was down and when it was back, not when it stopped hurting."
BEFORE_US = "It was before our first agreement on retros; nobody remembers enough to learn from it."
SUPERVISOR = "One supervisor restarts both places, and gives up after three tries"
Row = Mapping[str, str]


@dataclass(frozen=True)
class Story:
    """What a retro says, by section and row, and when it was published; `known` adds the number of the cause."""

    key: str
    team: str
    on: date
    what: str
    users: str
    how_known: str
    why_not_sooner: str
    helped: str
    slowed: str
    factors: tuple[Row, ...]
    guards: tuple[Row, ...] = ()
    learned: tuple[str, str, str] = ("", "", "")
    actions: tuple[Row, ...] = ()
    left: str = ""
    knows: bool = False
    at: time = field(default=time(14))


def _factor(sentence: str, kind: str, role: str, near: str = "", far: str = "") -> Row:
    return {"sentence": sentence, "kind": kind, "role": role, "boundary_from": near, "boundary_to": far}


def _guard(sentence: str, kind: str, outcome: str, accepted: str = "") -> Row:
    return {"sentence": sentence, "kind": kind, "outcome": outcome, "accepted_because": accepted}


def _action(text: str, done_when: str, kind: str, team: str, metric: str = "") -> Row:
    return {"text": text, "done_when": done_when, "kind": kind, "team": team, "metric": metric}


STORIES = (
    Story(
        "celery 2025-10-10T16:29:08Z", "runtime", date(2025, 10, 13),
        "Background work and the network inventory stopped for almost five hours. Both run under one supervisor, which "
        "gave up after its third try to restart them. Tasks that were sent meanwhile waited and were done later.",
        "340", "The uptime log paged within a minute.",
        "The queue grew for six minutes before the first place was down; nothing watches its length.",
        "The inventory of what runs where was printed a week earlier.",
        "The runbook described the supervisor that was replaced in spring.",
        (
            _factor(
                "The supervisor gives up after three tries and tells nobody.", "config_drift", "triggered", "celery",
                "netbox",
            ),
            _factor("Both places share one supervisor.", "hidden_coupling", "propagated", "celery", "netbox"),
            _factor("The runbook described the supervisor before.", "runbook_gap", "delayed_recovery"),
        ),
        (
            _guard("A page when the supervisor gives up", "detect", "absent", "The new supervisor will report it."),
            _guard("The uptime log", "detect", "worked"),
        ),
        ("The handover between two responders lost nothing.", "No tasks were dropped.",
         "That the inventory stops with the queue."),
        (
            _action("Describe the present supervisor in the runbook", "A newcomer restarts both places by it",
                    "recover", "runtime", "failed-deployment-recovery-time"),
        ),
        "A second supervisor: it would double what has to be kept.", knows=True,
    ),
    Story(
        "netbox 2025-12-29T17:23:01Z", "runtime", date(2026, 1, 5),
        "The network inventory did not answer for four hours. A disk that holds its sessions was full. Changes of "
        "networks were written down on paper and entered later.",
        "85", "The uptime log paged.", "Disk space is looked at once a week, by hand.",
        "A second copy could be read all the time.", "Few people were there between the years.",
        (
            _factor("Sessions are never removed.", "capacity", "triggered"),
            _factor("Nothing watches the disk.", "detection_gap", "delayed_detection"),
        ),
        (_guard("A page before the disk is full", "detect", "absent", "It comes with the move to the new host."),),
        ("The copy was up to date.", "It was a quiet week.", "How fast sessions grow."),
        (
            _action("Remove sessions after thirty days", "The disk grows by less than a gigabyte a month", "prevent",
                    "runtime", "change-failure-rate"),
        ),
    ),
    Story(
        "celery 2026-04-10T20:46:37Z", "runtime", date(2026, 4, 13),
        "Background work and the network inventory stopped for eight hours over a Friday night. The supervisor gave up "
        "after its third try, as in October.",
        "410", "The uptime log paged, and was taken up within minutes.", "It was not sooner: the page came at once.",
        "The runbook, which was written anew in the autumn.", "The host had to be restarted as a whole.",
        (
            _factor(
                "The supervisor gives up after three tries and tells nobody.", "config_drift", "triggered", "celery",
                "netbox",
            ),
            _factor("Both places share one supervisor.", "hidden_coupling", "propagated", "netbox", "celery"),
        ),
        (
            _guard("A page when the supervisor gives up", "detect", "absent"),
            _guard("The runbook", "recover", "worked"),
        ),
        ("The runbook held.", "The weekend had little traffic.", "That the autumn's action changed words alone."),
        (
            _action("Let the supervisor try again for an hour", "A killed place is back without a person", "prevent",
                    "runtime", "failed-deployment-recovery-time"),
        ),
        knows=True,
    ),
    Story(
        "netbox 2026-06-18T20:31:24Z", "runtime", date(2026, 6, 20),
        "The inventory and the watch over scheduled jobs did not answer for two and a half hours. A certificate that "
        "both use had ended.",
        "120", "The uptime log paged.", "The day on which the certificate ends stood in a calendar of one team.",
        "A new certificate was made in minutes.", "Two teams looked for the fault in their own place first.",
        (
            _factor("A certificate ended that two places share.", "dependency", "triggered", "netbox", "healthchecks"),
            _factor("The queue asks the inventory at every start.", "hidden_coupling", "propagated", "netbox",
                    "celery"),
        ),
        actions=(
            _action("Renew certificates without a person", "A certificate is renewed thirty days before its end",
                    "prevent", "runtime"),
        ),
    ),
    Story(
        "readthedocs 2026-08-18T08:54:32Z", "documentation", date(2026, 8, 20),
        "Documentation, alerts, pages and the shop's search answered slowly or not at all for a quarter of an hour, "
        "while the edge in front of them moved to another network.",
        "2,300", "The uptime log paged four teams at once.", "The move was announced to one team only.",
        "The move was taken back within minutes.", "Each team first looked at its own place.",
        (
            _factor("The edge moved to another network.", "dependency", "triggered", "readthedocs", "keep"),
            _factor("Four places stand behind one edge.", "hidden_coupling", "propagated", "readthedocs", "saleor"),
        ),
        actions=(
            _action("Announce moves of the edge to all teams behind it", "The next move stands in four calendars",
                    "prevent", "documentation", "change-failure-rate"),
        ),
    ),
    Story(
        "readthedocs 2026-08-18T10:22:37Z", "documentation", date(2026, 8, 21),
        "The same four places were gone again for half an hour, as the move of the edge was tried a second time.",
        "1,900", "The uptime log paged.", "It was noticed at once.", "The way back was known from the morning.",
        "Nobody had said that the move would be tried again.",
        (
            _factor("The edge moved to another network again.", "dependency", "triggered", "keep", "readthedocs"),
            _factor("The second try was agreed on in a call.", "coordination", "propagated"),
        ),
        actions=(
            _action("Try moves of the edge with one place first", "A move begins with the documentation alone",
                    "contain", "documentation", "failed-deployment-recovery-time"),
        ),
    ),
)  # fmt: skip
OLD = (
    "celery 2024-05-11T18:45:29Z", "celery 2024-06-23T03:22:14Z", "celery 2024-08-13T19:10:12Z",
    "netbox 2024-10-14T19:32:24Z", "celery 2024-10-26T19:30:59Z", "celery 2024-12-25T02:17:34Z",
    "netbox 2025-03-26T17:21:05Z", "celery 2025-04-13T10:24:11Z", "celery 2025-05-15T11:19:22Z",
    "celery 2025-06-15T05:23:23Z", "netbox 2025-06-23T02:07:07Z", "netbox 2025-07-30T16:33:06Z",
)  # fmt: skip
WAIVED = "netbox 2025-10-31T18:35:22Z"


def adopt_definitions(cast: Cast) -> str:
    """The steward adopts what learning is measured by, from the quarter's first Monday on."""
    return adopt(cast, OWNER, LEARNING, IN_FORCE_ON, "learning")


def know_cause(cast: Cast) -> None:
    """Runtime writes down what stops both of its places; it is known once a published retro names it."""
    cause_linking.open_cause(
        title=SUPERVISOR, team=cast.teams["runtime"], by=cast.holder("runtime", TL),
        services=[cast.services["celery"], cast.services["netbox"]],
        text="Celery and NetBox run under one supervisor. When a place dies three times in a row, it is left dead.",
    )  # fmt: skip


def tell(cast: Cast, *, story: Story) -> str:
    """A team writes a retro and its tech lead publishes it."""
    incident = _incident(story.key)
    _say_times(cast, story, incident)
    retro = _retro(incident)
    _write(cast, story, retro)
    snapshot = _publish(cast, story.team, retro)
    return f"I-{incident.pk}: retro published with {len(story.actions)} actions, {snapshot[:8]}"


def _incident(key: str) -> Incident:
    return incidents.get_by_key(outages.SOURCE, key)


def _retro(incident: Incident) -> Retro:
    found = retros.find_retro(incident.pk)
    assert found is not None  # noqa: S101 - its severity asks for one
    return found


def _say_times(cast: Cast, story: Story, incident: Incident) -> None:
    """What the checks ask of the milestones: when it began to hurt, and that more cannot be known."""
    one = next(one for one in outages.all_outages() if one.key == story.key)
    lead = cast.holder(story.team, TL)
    outages.look_at(incident, one, lead)
    if MilestoneKind.MITIGATED.value not in retro_around.settled_milestones(incident):
        statements.record_milestone(
            incident=incident, kind=MilestoneKind.MITIGATED, at=None, reason=UNKNOWN, by=lead
        )  # fmt: skip


def _write(cast: Cast, story: Story, retro: Retro) -> None:
    """Texts and rows of a retro, by the people of its team."""
    lead = cast.holder(story.team, TL)
    texts: Mapping[SectionKey, Row] = {
        SectionKey.SUMMARY: {
            "what_happened": story.what, "users": story.users,
            "requests_unknown": "The log counts places, not requests.",
            "contacts_unknown": "Support keeps no count of what it is asked about an outage.",
        },
        SectionKey.TIMELINE: {
            "how_known": story.how_known, "why_not_sooner": story.why_not_sooner, "helped": story.helped,
            "slowed": story.slowed,
        },
        SectionKey.LEARNED: dict(zip(("went_well", "lucky", "surprised"), story.learned, strict=True)),
        SectionKey.ACTIONS: {"left": story.left},
    }  # fmt: skip
    for key, said in texts.items():
        if any(said.values()):
            retro_saving.save_section(retro=retro, key=key, texts=said, revision=1, by=lead)
    known = f"C-{_cause().pk}" if story.knows else ""
    actions = [_add(retro, RowKind.ACTION, row, cast, story) for row in story.actions]
    for number, row in enumerate(story.factors):
        _add(retro, RowKind.FACTOR, {**row, "known_cause": known if number == 0 else ""}, cast, story)
    for row in story.guards:
        mends = "" if row["accepted_because"] or row["outcome"] == "worked" else actions[0]
        _add(retro, RowKind.SAFEGUARD, {**row, "action": mends}, cast, story)


def _add(retro: Retro, kind: RowKind, row: Row, cast: Cast, story: Story) -> str:
    values = {name: text for name, text in row.items() if text}
    added, _ = retro_saving.add_row(retro=retro, kind=kind, values=values, by=cast.holder(story.team, TL))
    return added.key


def _publish(cast: Cast, team: str, retro: Retro) -> str:
    read = retros.sha256_of_draft(retros.get_draft(retro))
    act = retro_publishing.amend_retro if retros.is_amending(retro) else retro_publishing.publish_retro
    return act(retro=retro, draft_sha256=read, by=cast.holder(team, TL)).sha256


def _cause() -> KnownCause:
    return KnownCause.objects.get(title=SUPERVISOR)


def amend(cast: Cast) -> str:
    """Runtime learns more about the night in April, and says so in a second publication."""
    retro, manager = _retro(_incident("celery 2026-04-10T20:46:37Z")), cast.holder("runtime", EM)
    reason = "The provider confirmed that the host was moved that night; it is named as a factor now."
    retro_amending.begin_amendment(retro=retro, reason=reason, by=manager)
    values = _factor("The host was moved to other hardware without notice.", "external", "propagated")
    retro_saving.add_row(retro=retro, kind=RowKind.FACTOR, values=values, by=manager)
    _publish(cast, "runtime", _retro(retro.incident))
    return f"I-{retro.incident_id}: the retro is amended"


def waive(cast: Cast, *, key: str, reason: str) -> None:
    """The tech lead asks that no retro is written, the engineering manager agrees."""
    incident = _incident(key)
    retro_waiving.ask_waiver(retro=_retro(incident), reason=reason, by=cast.holder("runtime", TL))
    retro_waiving.waive_retro(retro=_retro(incident), by=cast.holder("runtime", EM))


def waive_old_ones(cast: Cast) -> str:
    """What happened before the first agreement on retros is waived, each by two people."""
    for key in OLD:
        waive(cast, key=key, reason=BEFORE_US)
    waive(cast, key=WAIVED, reason="The move to the new host that caused it was its last; there is nothing to change.")
    return f"{len(OLD) + 1} retros of the time before are waived"


def follow_cause(cast: Cast, *, status: CauseStatus, reason: str) -> None:
    """Runtime says what is being done about the supervisor."""
    lead = cast.holder("runtime", TL)
    cause_linking.change_cause_status(cause=_cause(), status=status, reason=reason, by=lead)


def begin_drafts(cast: Cast) -> str:
    """Commerce writes about its two incidents of the week: one is in review, one is restricted and half written."""
    manager, lead = cast.holder("commerce", EM), cast.holder("commerce", TL)
    shop = Incident.objects.get(title="Orders wait for payment")
    retro = _retro(shop)
    retro_saving.save_section(retro=retro, key=SectionKey.SUMMARY, revision=1, by=manager, texts={
        "what_happened": "Orders waited for payment for two hours, as the provider of payments answered late.",
        "users": "640", "requests": "1,150",
    })  # fmt: skip
    factor = _factor("A call to the provider of payments has no limit of time.", "external", "triggered")
    retro_saving.add_row(retro=retro, kind=RowKind.FACTOR, values=factor, by=manager)
    retro_opening.name_facilitator(retro=retro, facilitator=cast.people["Anouk Veldon"], by=manager)
    retro_opening.submit_retro(retro=_retro(shop), by=manager)
    leak = _retro(Incident.objects.get(title="An access key stood in a build log"))
    texts = {"what_happened": "A key was printed by a build step that shows its environment when it fails."}
    retro_saving.save_section(retro=leak, key=SectionKey.SUMMARY, texts=texts, revision=1, by=lead)
    return "two retros of Commerce are being written, one of them in review"


@dataclass(frozen=True)
class Pick:
    """An improvement that a month's meeting picks, by what its line says."""

    team: str
    month: str
    on: date
    line: tuple[str, ...]
    text: str
    done_when: str
    due_on: date
    metric: str


PICKS = (
    Pick(
        "runtime", "2026-06", date(2026, 7, 2), ("celery", "netbox"), "Give each place a supervisor of its own",
        "One place can be stopped while the other goes on", date(2026, 8, 31), "change-failure-rate",
    ),
    Pick(
        "documentation", "2026-08", date(2026, 8, 24), ("keep", "readthedocs"),
        "Put the documentation behind an edge of its own", "It stays up while the other edge is moved",
        date(2026, 10, 12), "failed-deployment-recovery-time",
    ),
)  # fmt: skip


def pick(cast: Cast, *, one: Pick) -> str:
    """A team's monthly meeting turns one of its lines into an action."""
    team, month, lead = cast.teams[one.team], parse_period(one.month), cast.holder(one.team, TL)
    scope = Scope.of_team(team)
    found = synthesis.get_synthesis(scope, month, lead)
    line = next(line for line in found.lines if line.what == one.line)
    draft = ActionDraft(
        text=one.text, kind=ActionKind.PREVENT, done_when=one.done_when, due_on=one.due_on, metric_slug=one.metric
    )
    pick_improvement(scope=scope, month=month, line=line.key, draft=draft, team=team, by=lead)
    return f"{team.name}: {len(found.lines)} lines in the synthesis of {one.month}, one improvement picked"


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act about learning, with its instant."""
    yield local(date(2025, 10, 13), time(10)), know_cause
    yield local(ADOPTED_ON, time(13)), adopt_definitions
    yield local(date(2026, 4, 2), time(14)), waive_old_ones
    for story in STORIES:
        yield local(story.on, story.at), partial(tell, story=story)
    yield local(date(2026, 4, 20), time(11)), amend
    steps = (
        (date(2025, 10, 20), CauseStatus.FIXING, "The runbook is written anew, and the supervisor looked at."),
        (date(2026, 5, 18), CauseStatus.FIXED, "The supervisor tries for an hour; a killed place came back by itself."),
    )
    for day, status, reason in steps:
        yield local(day, time(11)), partial(follow_cause, status=status, reason=reason)
    yield local(date(2026, 8, 21), time(15)), begin_drafts
    for one in PICKS:
        yield local(one.on, time(10)), partial(pick, one=one)
