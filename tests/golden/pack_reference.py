"""The delivery figures of the demo pack, computed in plain Python and apart from the engine they check.

`python tests/golden/pack_reference.py --write` writes `pack_quarters.json` beside this file.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from apps.portal.demo.packfiles import pack_rows  # noqa: E402

ZONE = ZoneInfo("Europe/Berlin")
QUARTERS_FILE = Path(__file__).with_name("pack_quarters.json")
LAST_QUARTER = "2026-Q3"
LAST_COMPLETE_QUARTER = "2026-Q2"
TRAILING_WINDOWS = ("2026-W26/13", "2026-W13/26", "2026-W34/13", "2026-W21/26")

TEAM_OF_SERVICE = {
    "saleor": "Commerce",
    "wagtail": "Publishing",
    "readthedocs": "Documentation",
    "defectdojo": "Security",
    "netbox": "Runtime",
    "celery": "Runtime",
    "keep": "Alerting",
    "pyrra": "Observability",
    "sloth": "Observability",
    "healthchecks": "Observability",
    "devlake": "Insights",
}
SERVICES = (*TEAM_OF_SERVICE, "oncall")
TEAMS = tuple(dict.fromkeys(TEAM_OF_SERVICE.values()))
ONCALL_MOVES_AT = datetime(2025, 3, 31, tzinfo=ZONE)


@dataclass(frozen=True)
class Release:
    """One succeeded production deployment; `repaired_at` is the end of its earliest valid fix, or None."""

    service: str
    key: str
    finished_at: datetime
    repaired_at: datetime | None


@dataclass(frozen=True)
class Change:
    """One change with its three instants; `finished_at` is the end of the release that carried it."""

    service: str
    release: str
    first_commit_at: datetime
    merged_at: datetime
    finished_at: datetime


@dataclass
class Facts:
    """The releases and changes of one subject in one period."""

    releases: list[Release] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)

    def extend(self, other: "Facts") -> None:
        """Take in the facts of another period."""
        self.releases += other.releases
        self.changes += other.changes


Subject = Callable[[str, datetime], str]
PeriodOf = Callable[[datetime], str]
Cells = dict[str, dict[str, Facts]]


def load_facts() -> Facts:
    """Read the pack: every succeeded production release, and every change that such a release carried."""
    finished = read_finished()
    repaired = read_repairs(finished)
    releases = [Release(*key, at, repaired.get(key)) for key, at in finished.items()]
    return Facts(releases, [change for row in pack_rows("changes") if (change := read_change(row, finished))])


def read_finished() -> dict[tuple[str, str], datetime]:
    """Return (service, deployment) -> finished_at of all succeeded production deployments."""
    return {
        (row["service"], row["deployment"]): instant(row["finished_at"])
        for row in pack_rows("deployments")
        if row["environment"] == "production" and row["status"] == "succeeded"
    }


def read_repairs(finished: dict[tuple[str, str], datetime]) -> dict[tuple[str, str], datetime]:
    """Return failed (service, deployment) -> end of the earliest fix that finished strictly after the failure."""
    repaired: dict[tuple[str, str], datetime] = {}
    for row in pack_rows("remediations"):
        failed = (row["service"], row["failed_deployment"])
        fix_at = finished.get((row["service"], row["fixed_by_deployment"]))
        if failed in finished and fix_at is not None and fix_at > finished[failed]:
            repaired[failed] = min(fix_at, repaired.get(failed, fix_at))
    return repaired


def read_change(row: dict[str, str], finished: dict[tuple[str, str], datetime]) -> Change | None:
    """Return one change dated by its explicit release, or None if no counted release carried it."""
    finished_at = finished.get((row["service"], row["deployment"]))
    if finished_at is None:
        return None
    return Change(
        row["service"], row["deployment"], instant(row["first_commit_at"]), instant(row["merged_at"]), finished_at
    )


def instant(text: str) -> datetime:
    """Read an instant such as 2023-01-03T11:47:53Z."""
    return datetime.fromisoformat(text).astimezone(UTC)


def by_service(service: str, at: datetime) -> str:
    """The subject of a fact when services are counted."""
    del at
    return service


def by_team(service: str, at: datetime) -> str:
    """The subject of a fact when teams are counted: the owner of its service at that instant."""
    if service == "oncall":
        return "Alerting" if at < ONCALL_MOVES_AT else "Observability"
    return TEAM_OF_SERVICE[service]


def quarter_of(at: datetime) -> str:
    """The local quarter that holds an instant, such as 2026-Q2."""
    local = at.astimezone(ZONE)
    return f"{local.year}-Q{(local.month + 2) // 3}"


def month_of(at: datetime) -> str:
    """The local month that holds an instant, such as 2026-08."""
    return f"{at.astimezone(ZONE):%Y-%m}"


def week_of(at: datetime) -> str:
    """The local ISO week that holds an instant, such as 2026-W34."""
    return week_key(at.astimezone(ZONE).date())


def week_key(day: date) -> str:
    """The ISO week of a day, such as 2026-W34."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def weeks_ending(last: str, count: int) -> list[str]:
    """The keys of `count` consecutive ISO weeks, oldest first, of which `last` is the last."""
    year, week = last.split("-W")
    monday = date.fromisocalendar(int(year), int(week), 1)
    return [week_key(monday - timedelta(weeks=back)) for back in range(count - 1, -1, -1)]


def last_week_of(quarter: str) -> str:
    """The last ISO week that ends inside a quarter (its Sunday is the quarter's last one)."""
    year, number = int(quarter[:4]), int(quarter[-1])
    after = date(year + 1, 1, 1) if number == 4 else date(year, 3 * number + 1, 1)
    return week_key(after - timedelta(days=after.isoweekday()))


def all_quarters() -> list[str]:
    """Every quarter of the pack, the running one included."""
    return [f"{year}-Q{n}" for year in range(2023, 2027) for n in range(1, 5) if f"{year}-Q{n}" <= LAST_QUARTER]


def cells(facts: Facts, subject_of: Subject, period_of: PeriodOf) -> Cells:
    """Sort the facts into subject -> period, by the instant their release finished and its owner then."""
    table: Cells = defaultdict(lambda: defaultdict(Facts))
    for release in facts.releases:
        at = release.finished_at
        table[subject_of(release.service, at)][period_of(at)].releases.append(release)
    for change in facts.changes:
        at = change.finished_at
        table[subject_of(change.service, at)][period_of(at)].changes.append(change)
    return table


def trailing(facts: Facts, subject_of: Subject, last_week: str, count: int) -> dict[str, dict[str, Any]]:
    """The figures of each subject over `count` ISO weeks ending with `last_week`."""
    weekly = cells(facts, subject_of, week_of)
    result = {}
    for subject, weeks in weekly.items():
        pooled = Facts()
        for week in weeks_ending(last_week, count):
            pooled.extend(weeks.get(week, Facts()))
        result[subject] = figures(pooled)
    return result


def figures(facts: Facts) -> dict[str, Any]:
    """Every figure of one cell; times in seconds, None where nothing was counted."""
    lead_times = release_lead_times(facts.changes)
    recoveries = [seconds(r.finished_at, r.repaired_at) for r in facts.releases if r.repaired_at is not None]
    return {
        "deployments": len(facts.releases),
        "failed_deployments": len(recoveries),
        "recovery_median_seconds": number(linear_median(recoveries)),
        "lead_time_n": sum(map(len, lead_times.values())),
        "lead_time_clusters": len(lead_times),
        "lead_time_zeros": sum(values.count(0) for values in lead_times.values()),
        "lead_time_median_seconds": number(linear_median(pool(lead_times.values()))),
        "per_link_median_seconds": number(linear_median(per_link_medians(facts.changes))),
        **stage_figures("branch", [seconds(c.first_commit_at, c.merged_at) for c in facts.changes]),
        **stage_figures("release", [seconds(c.merged_at, c.finished_at) for c in facts.changes]),
    }


def stage_figures(name: str, lengths: list[int]) -> dict[str, Any]:
    """The n, median and total of one stage of lead time; negative lengths are dropped."""
    kept = [length for length in lengths if length >= 0]
    return {
        f"{name}_n": len(kept),
        f"{name}_median_seconds": number(linear_median(kept)),
        f"{name}_total_seconds": sum(kept),
    }


def release_lead_times(changes: Iterable[Change]) -> dict[tuple[str, str], list[int]]:
    """(service, release) -> lead times of its changes in seconds; zeros stay, negative ones are dropped."""
    grouped: dict[tuple[str, str], list[int]] = defaultdict(list)
    for change in changes:
        length = seconds(change.first_commit_at, change.finished_at)
        if length >= 0:
            grouped[change.service, change.release].append(length)
    return grouped


def per_link_medians(changes: Iterable[Change]) -> list[Fraction]:
    """The median lead time of each release, in seconds, smallest first."""
    medians = (linear_median(values) for values in release_lead_times(changes).values())
    return sorted(median for median in medians if median is not None)


def linear_median(values: Iterable[int | Fraction]) -> Fraction | None:
    """The median with linear interpolation (the mean of the two middle values for an even count), exactly."""
    ordered = sorted(values)
    if not ordered:
        return None
    middle = len(ordered) // 2
    return Fraction(ordered[middle]) if len(ordered) % 2 else Fraction(ordered[middle - 1] + ordered[middle]) / 2


def pool(groups: Iterable[list[int]]) -> list[int]:
    """All values of all groups in one list."""
    return [value for group in groups for value in group]


def seconds(start: datetime, end: datetime) -> int:
    """The whole seconds from start to end; the pack holds no finer instants."""
    return (end - start) // timedelta(seconds=1)


def number(value: Fraction | None) -> int | float | None:
    """The JSON form of an exact value: halves and quarters of a second are exact in binary."""
    if value is None:
        return None
    return value.numerator if value.denominator == 1 else float(value)


def quarter_table(facts: Facts, subject_of: Subject, subjects: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Subject -> quarter -> figures, a row for each quarter, empty ones too."""
    table = cells(facts, subject_of, quarter_of)
    return {name: {q: figures(table[name][q]) for q in all_quarters()} for name in sorted(subjects)}


def trailing_table(facts: Facts, subject_of: Subject, subjects: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Subject -> trailing window such as 2026-W34/13 -> figures."""
    tables = {key: trailing(facts, subject_of, *window_of(key)) for key in TRAILING_WINDOWS}
    return {name: {key: tables[key][name] for key in TRAILING_WINDOWS} for name in sorted(subjects)}


def window_of(key: str) -> tuple[str, int]:
    """The last week and the number of weeks of a trailing window: 2026-W34/13 -> (2026-W34, 13)."""
    last_week, count = key.split("/")
    return last_week, int(count)


def quarters_document() -> dict[str, Any]:
    """The whole content of pack_quarters.json."""
    facts = load_facts()
    return {
        "zone": ZONE.key,
        "last_complete_quarter": LAST_COMPLETE_QUARTER,
        "oncall_moves_at": ONCALL_MOVES_AT.isoformat(),
        "services": quarter_table(facts, by_service, SERVICES),
        "teams": quarter_table(facts, by_team, TEAMS),
        "trailing_services": trailing_table(facts, by_service, SERVICES),
        "trailing_teams": trailing_table(facts, by_team, TEAMS),
    }


def main() -> None:
    """Print the document, or write it with --write."""
    parser = argparse.ArgumentParser(description="The quarterly figures of the demo pack.")
    parser.add_argument("--write", action="store_true", help=f"write {QUARTERS_FILE.name}")
    text = json.dumps(quarters_document(), indent=1) + "\n"
    if parser.parse_args().write:
        QUARTERS_FILE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
