"""A target as somebody proposes it, read beside what is agreed; nothing is stored here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.core import clock
from apps.core.calendar_words import day_words
from apps.core.periods import Grain, Period, UnknownPeriod, parse_period
from apps.core.problems import Conflict, FieldProblem, Invalid
from apps.governance.domain.kinds import Item
from apps.metrics import queries
from apps.metrics.domain import targets
from apps.metrics.domain.faults import Faults
from apps.metrics.domain.targets import Baseline, key_of
from apps.metrics.drafting import require_not_retired
from apps.metrics.models import DefinitionVersion, MetricDefinition
from apps.metrics.queries import Aim
from apps.teams.models import Team

REQUIRED = ("team", "definition", "quarter", "comparison", "value")
KEYS = (*REQUIRED, "baseline", "reason", "heroic_reason", "review")
LONGEST_HEROIC = 500
Versions = Sequence[DefinitionVersion]
BASELINE_KEYS = ("period", "value", "n", "version", "lower", "upper")


@dataclass(frozen=True)
class TargetDraft:
    """A whole target that breaks no rule, and the one it replaces (None: there is none yet)."""

    team: Team
    version: DefinitionVersion
    wish: targets.Wish
    baseline: Baseline | None
    reason: str
    current: Aim | None

    @property
    def number(self) -> int:
        """The number it will get."""
        return self.current.number + 1 if self.current else 1

    @property
    def heroic_reason(self) -> str:
        """How more than a third can be reached; empty where nobody needs one."""
        start = self.baseline
        is_heroic = start is not None and targets.is_heroic(self.wish.comparison, self.wish.value, start.value)
        return self.wish.heroic_reason if is_heroic else ""


def read_target(item: Item) -> TargetDraft:
    """The target an item proposes; raises `Invalid` with every fault, `Conflict` for what is agreed already."""
    faults = Faults()
    faults.keys(item.content, "/content", known=KEYS, required=REQUIRED)
    _refuse(faults.found)
    wish = _read_wish(item.content, faults)
    slug = str(item.content["definition"])
    versions = queries.versions_by_slug([slug]).get(slug, [])
    team, current = _read_team(item.content, versions, faults)
    baseline = _read_baseline(item.content.get("baseline"), faults)
    reason = str(item.content.get("reason") or "").strip()
    if item.key != key_of(item.content):
        faults.add("/key", "unknown_value", f"The key of this target is {key_of(item.content)}.")
    _refuse(faults.found)
    if team is None or wish is None:
        raise Invalid("validation_failed", "Some fields need attention.", faults.found)
    version = _governing(slug, versions, wish.quarter)
    _refuse(_rule_problems(wish, version, versions, baseline))
    _refuse_repetition(current, wish)
    return TargetDraft(team, version, wish, baseline, reason, current)


def _refuse(problems: list[FieldProblem]) -> None:
    if problems:
        raise Invalid("validation_failed", "Some fields need attention.", problems)


def _read_team(
    content: Mapping[str, Any], versions: Versions, faults: Faults
) -> tuple[Team, Aim | None] | tuple[None, None]:
    """The team and what it aims at by now for this definition and quarter."""
    definition = versions[0].definition_id if versions else None
    found = queries.find_aiming(str(content["team"]), definition, str(content["quarter"]))
    if found is None:
        faults.add("/content/team", "unknown_team", "There is no such team. Name it by its short name.")
        return None, None
    return found


def _read_wish(content: Mapping[str, Any], faults: Faults) -> targets.Wish | None:
    quarter, amount = _read_quarter(str(content["quarter"]), faults), _read_amount(content["value"])
    if amount is None:
        faults.add("/content/value", "not_a_number", "A target is a decimal number.")
    if quarter is None or amount is None:
        return None
    heroic = str(content.get("heroic_reason") or "").strip()
    if len(heroic) > LONGEST_HEROIC:
        faults.add(
            "/content/heroic_reason", "too_long", f"{len(heroic)} characters are too many; {LONGEST_HEROIC} fit."
        )
    return targets.Wish(str(content["definition"]), str(content["comparison"]), amount, quarter, heroic)


def _read_quarter(text: str, faults: Faults) -> Period | None:
    try:
        period = parse_period(text)
    except UnknownPeriod as error:
        faults.add("/content/quarter", "not_a_quarter", str(error))
        return None
    if period.grain is Grain.QUARTER:
        return period
    faults.add("/content/quarter", "not_a_quarter", f"{text} is no quarter, such as 2026-Q3.")
    return None


def _read_amount(value: Any) -> Decimal | None:
    try:
        amount = Decimal(str(value))
        return amount.quantize(targets.STEP) if amount.is_finite() else None
    except InvalidOperation:
        return None


def _read_baseline(document: Any, faults: Faults) -> Baseline | None:
    """The team's own past value, or None where none is named."""
    if document is None:
        return None
    at = "/content/baseline"
    before = len(faults.found)
    if not faults.keys(document, at, known=BASELINE_KEYS, required=BASELINE_KEYS[:4]):
        return None
    numbers = {key: document.get(key) for key in BASELINE_KEYS[1:]}
    for key, value in numbers.items():
        if not _is_number(value) and not (value is None and key in ("lower", "upper")):
            faults.add(f"{at}/{key}", "not_a_number", "A number is expected here.")
    if len(faults.found) > before:
        return None
    return Baseline(
        str(document["period"]), float(numbers["value"]), int(numbers["n"]), int(numbers["version"]),
        *(None if numbers[key] is None else float(numbers[key]) for key in ("lower", "upper")),
    )  # fmt: skip


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _governing(slug: str, versions: Versions, quarter: Period) -> DefinitionVersion:
    """The version by which the quarter will be judged."""
    if versions:
        _require_staying(versions[0].definition, quarter)
    version = queries.governing_version(versions, quarter)
    if version is None:
        sentence = f"No version of {slug[:50]} is in force when {quarter.key} begins."
        problem = FieldProblem("/content/definition", "version_not_in_force", sentence)
        raise Invalid("version_not_in_force", sentence, [problem])
    return version


def _require_staying(definition: MetricDefinition, quarter: Period) -> None:
    """Raise unless the metric will still be judged when the quarter ends."""
    require_not_retired(definition)
    leaves = leaves_before(definition, quarter)
    if leaves:
        raise Invalid("leaves", leaves, [FieldProblem("/content/quarter", "leaves", leaves)])


def leaves_before(definition: MetricDefinition, quarter: Period) -> str:
    """That a deprecated metric may be gone before a quarter ends; empty while it will be judged."""
    if definition.sunset_on is None or definition.sunset_on >= quarter.end_on:
        return ""
    return f"It leaves on {day_words(definition.sunset_on)}, before {quarter.key} is over."


def _rule_problems(
    wish: targets.Wish, version: DefinitionVersion, versions: Versions, baseline: Baseline | None
) -> list[FieldProblem]:
    problems = targets.find_target_problems(wish, queries.spec_of(version), baseline, clock.today())
    if baseline is not None and not _is_of_meaning(baseline, version, versions):
        sentence = f"The baseline is of version {baseline.version_number}, the quarter is judged by {version.number}."
        problems.append(FieldProblem("/baseline", "baseline_of_other_version", sentence))
    return [FieldProblem(f"/content{one.pointer}", one.code, one.detail) for one in problems]


def _is_of_meaning(baseline: Baseline, version: DefinitionVersion, versions: Versions) -> bool:
    alike = {one.number for one in versions if one.meaning_number == version.meaning_number}
    return baseline.version_number in alike


def _refuse_repetition(current: Aim | None, wish: targets.Wish) -> None:
    if current and (current.comparison, current.value) == (wish.comparison, wish.value):
        since = clock.local_day(current.agreed_at)
        raise Conflict("already_current", f"This target has been agreed on {since:%-d %B %Y}.")
