"""Actions of the demonstration, in every state: read early and at the end, moved, dropped, overdue, unverified.

What a release path or a runbook changes is told as teams tell it; the values before and after are the history's own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import partial

from apps.accounts.domain import TeamRole
from apps.incidents.domain.action_drafts import ActionDraft, EvidenceDraft
from apps.incidents.domain.action_words import ActionKind, EvidenceKind
from apps.incidents.models import Action, ActionReminder
from apps.incidents.operations import action_opening, follow_up
from apps.incidents.queries import follow_up as queries
from apps.measurements.models import ActionEffect
from apps.metrics.domain.starter_catalogues import FOLLOW_UP
from apps.portal.demo.agreements import adopt
from apps.portal.demo.cast import Cast, local
from apps.portal.demo.rituals import work

OWNER = "insights"
SOURCE_KEY = "story"
ADOPTED_ON, IN_FORCE_ON = date(2026, 4, 2), date(2026, 4, 6)
READ_ON = date(2026, 8, 24)
K, TL, EM = ActionKind, TeamRole.TECH_LEAD, TeamRole.ENGINEERING_MANAGER


@dataclass(frozen=True)
class Told:
    """An action of the story: what its team commits to, and what became of it on which day."""

    key: str
    team: str
    opened_on: date
    due_on: date
    text: str
    done_when: str
    kind: ActionKind = K.PREVENT
    metric: str = ""
    moved: tuple[date, date, str] | None = None
    done_on: date | None = None
    verified_on: date | None = None
    shown: EvidenceDraft = field(
        default_factory=lambda: EvidenceDraft(EvidenceKind.DOCUMENT, note="The release notes of that week name it.")
    )
    drop_asked: tuple[date, str] | None = None
    dropped_on: date | None = None


ACTIONS = (
    Told(
        "gate", "commerce", date(2026, 3, 12), date(2026, 4, 20),
        "Run the upgrade of the sample shop before each release", "A release stops when the upgrade fails",
        metric="change-failure-rate", done_on=date(2026, 4, 16), verified_on=date(2026, 4, 27),
        shown=EvidenceDraft(EvidenceKind.TEST, url="https://ci.example.org/commerce/upgrade"),
    ),
    Told(
        "small", "runtime", date(2026, 4, 9), date(2026, 5, 11), "Release from the main line every week",
        "Four weeks in a row carry a release", metric="deployment-frequency", done_on=date(2026, 5, 8),
        verified_on=date(2026, 5, 19), shown=EvidenceDraft(EvidenceKind.DASHBOARD, url="https://boards.example.org/releases"),
    ),
    Told(
        "wait", "alerting", date(2026, 5, 7), date(2026, 6, 22), "Merge only what the next release carries",
        "No merged change waits for longer than two weeks", metric="change-lead-time", done_on=date(2026, 6, 18),
        verified_on=date(2026, 6, 29),
    ),
    Told(
        "back", "observability", date(2026, 6, 4), date(2026, 7, 6), "Practise the way back to the release before",
        "Two people have done it without help", kind=K.RECOVER, metric="failed-deployment-recovery-time",
        moved=(date(2026, 7, 2), date(2026, 7, 17), "The second environment came two weeks later."),
        done_on=date(2026, 7, 14), verified_on=date(2026, 7, 21),
        shown=EvidenceDraft(EvidenceKind.RUNBOOK, url="https://docs.example.org/runbooks/way-back"),
    ),
    Told(
        "plan", "security", date(2026, 6, 11), date(2026, 7, 13), "Plan the fixes of advisories with the release",
        "No release within a week only repairs the one before", metric="deployment-rework-rate",
        done_on=date(2026, 7, 10),
    ),
    Told(
        "probe", "insights", date(2026, 7, 9), date(2026, 8, 10), "Watch the answer of the search from outside",
        "A slow answer pages within five minutes", kind=K.DETECT, done_on=date(2026, 8, 6),
    ),
    Told(
        "limit", "commerce", date(2026, 6, 18), date(2026, 7, 20), "Give the import of orders a limit",
        "An import of a million rows leaves the shop responsive", kind=K.CONTAIN,
    ),
    Told(
        "owner", "observability", date(2026, 7, 2), date(2026, 8, 3), "Name who answers for each alert route",
        "Every route leads to a team that exists", kind=K.DETECT,
        moved=(date(2026, 7, 30), date(2026, 8, 14), "Two routes wait for the answer of another team."),
    ),
    Told(
        "copy", "commerce", date(2026, 8, 6), date(2026, 8, 27), "Copy the nightly backup to a second place",
        "A copy of last night can be read there", kind=K.RECOVER,
    ),
    Told(
        "why", "alerting", date(2026, 8, 13), date(2026, 9, 14), "Find out why deliveries bunch up at the hour",
        "A page says where they wait", kind=K.INVESTIGATE,
    ),
    Told(
        "mirror", "security", date(2026, 5, 21), date(2026, 6, 22), "Keep a mirror of the packages we build with",
        "A build works with the network cut", drop_asked=(date(2026, 6, 10), "The build service keeps one by now."),
        dropped_on=date(2026, 6, 12),
    ),
    Told(
        "form", "insights", date(2026, 6, 25), date(2026, 7, 27), "Rewrite the form of the yearly survey",
        "Ten people fill it in without a question", kind=K.INVESTIGATE,
        drop_asked=(date(2026, 8, 20), "The survey moves to another tool in the autumn."),
    ),
)  # fmt: skip


def adopt_definitions(cast: Cast) -> str:
    """The steward adopts what actions are measured by, from the quarter's first Monday on."""
    return adopt(cast, OWNER, FOLLOW_UP, IN_FORCE_ON, "actions")


def open_one(cast: Cast, *, told: Told) -> None:
    """The tech lead opens an action for the team."""
    draft = ActionDraft(
        text=told.text, kind=told.kind, done_when=told.done_when, due_on=told.due_on, metric_slug=told.metric
    )
    action_opening.open_action(draft=draft, team=told.team, external_key=_key(told), by=cast.holder(told.team, TL))


def _key(told: Told) -> str:
    return f"{SOURCE_KEY}-{told.key}"


def _found(cast: Cast, told: Told) -> Action:
    action = queries.find_by_key(cast.holder(told.team, TL).sender, _key(told))
    assert action is not None  # noqa: S101 - the story opened it
    return action


def move(cast: Cast, *, told: Told) -> None:
    """Another date, with its reason."""
    _, due_on, reason = told.moved or (None, told.due_on, "")
    follow_up.set_date(action=_found(cast, told), due_on=due_on, reason=reason, by=cast.holder(told.team, TL))


def finish(cast: Cast, *, told: Told) -> None:
    """The tech lead marks it as done, with what shows it."""
    follow_up.finish(action=_found(cast, told), evidence=told.shown, by=cast.holder(told.team, TL))


def verify(cast: Cast, *, told: Told) -> None:
    """The engineering manager, a second person, looks at what shows it."""
    follow_up.verify(action=_found(cast, told), by=cast.holder(told.team, EM))


def ask_drop(cast: Cast, *, told: Told) -> None:
    """The tech lead asks to drop it."""
    _, reason = told.drop_asked or (None, "")
    follow_up.ask_drop(action=_found(cast, told), reason=reason, by=cast.holder(told.team, TL))


def confirm_drop(cast: Cast, *, told: Told) -> None:
    """The engineering manager confirms."""
    follow_up.confirm_drop(action=_found(cast, told), by=cast.holder(told.team, EM))


def read_effects(_cast: Cast) -> str:
    """What moved around actions is read, and teams are reminded of what is due."""
    work("incidents.remind_of_actions", ActionReminder)
    work("measurements.follow_actions", ActionEffect)
    return f"{ActionEffect.objects.exclude(result={}).count()} effects of {Action.objects.count()} actions read"


def acts() -> Iterator[tuple[datetime, Callable[[Cast], str | None]]]:
    """Every act about actions, with its instant."""
    yield local(ADOPTED_ON, time(12)), adopt_definitions
    for told in ACTIONS:
        yield local(told.opened_on, time(15)), partial(open_one, told=told)
        steps = (
            (told.moved and told.moved[0], move), (told.done_on, finish), (told.verified_on, verify),
            (told.drop_asked and told.drop_asked[0], ask_drop), (told.dropped_on, confirm_drop),
        )  # fmt: skip
        for day, do in steps:
            if day is not None:
                yield local(day, time(16)), partial(do, told=told)
    yield local(READ_ON, time(10)) + timedelta(minutes=30), read_effects
