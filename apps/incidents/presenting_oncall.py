"""Pages, rules and profiles as the templates print them: prepared words, no arithmetic left."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from apps.core.calendar_words import day_words, short_day
from apps.core.numbers import format_count, format_value
from apps.incidents.domain.oncall import hours_words
from apps.incidents.domain.page_words import (
    BUCKET_WORDS,
    END_WORDS,
    LABEL_WORDS,
    SIGNAL_WORDS,
    Bucket,
    EndReason,
    Label,
    Signal,
    Urgency,
)
from apps.incidents.domain.pages import LEAST_LABELS, NOISE_WORDS, RuleTally, noise_of
from apps.incidents.models import AlertRule, MaturityThresholds, OnCallProfile, Page

NO_LABEL = "No label"
KEYS = [*enumerate(LABEL_WORDS.items(), 1)]


def page_row(page: Page, zone: ZoneInfo, seen: frozenset[int]) -> dict[str, Any]:
    """One page of the list, with the choices of its label."""
    return {
        "pk": page.pk,
        "at": wall(page.fired_at, zone),
        "rule": page.rule.name,
        "rule_url": reverse("incidents:alert-rule", args=[page.rule_id]),
        "service": page.service.name,
        "notes": _notes(page),
        "incident": page.incident_id if page.incident_id in seen else None,
        "label": page.label,
        "label_words": LABEL_WORDS[Label(page.label)] if page.label else NO_LABEL,
        "choices": [(label.value, words, label.value == page.label) for _, (label, words) in KEYS],
    }


def _notes(page: Page) -> str:
    """What is known of a page, in one line."""
    said = [BUCKET_WORDS[Bucket(page.bucket)]]
    said += ["not urgent"] if page.urgency == Urgency.LOW else []
    said += ["repeats within 7 days"] if page.repeat else []
    said += ["first of its night"] if page.woke else []
    said += [_wait(page)] if page.acknowledged_at else []
    ended = END_WORDS[EndReason(page.end_reason)].lower()
    return " · ".join([*said, ended] if ended else said)


def _wait(page: Page) -> str:
    seconds = int((page.acknowledged_at - page.fired_at).total_seconds()) if page.acknowledged_at else 0
    return f"taken up after {format_value(seconds, 'seconds')}" if seconds >= 0 else "taken up before it fired"


def wall(instant: datetime, zone: ZoneInfo) -> str:
    """An instant on a wall clock: `Mon 17 Aug, 09:10`."""
    local = instant.astimezone(zone)
    weekday = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[local.weekday()]
    return f"{weekday} {short_day(local.date())}, {local:%H:%M}"


def coverage_words(labelled: int, urgent: int) -> str:
    """How far the labels of a week reach."""
    if not urgent:
        return "No urgent page in this week."
    share = format_value(labelled / urgent, "share")
    rule = f"Judged from 60\N{NO-BREAK SPACE}% and {LEAST_LABELS} labels on."
    return f"{labelled} of {urgent} urgent pages have a label, {share}. {rule}"


def key_words() -> str:
    """Which key gives which label."""
    return ", ".join([*(f"{number} {words.lower()}" for number, (_, words) in KEYS), f"0 {NO_LABEL.lower()}"])


def rules_table(rules: Sequence[AlertRule], tallies: Mapping[int, RuleTally]) -> dict[str, Any]:
    """Rules by service and name, with what they paged in the last four weeks."""
    labels = ("Rule", "Service", "Watches", "Runbook", "Pages, 4 weeks", "Labelled", "Acted on", "Noise")
    columns = [{"label": label, "numeric": label in labels[4:7]} for label in labels]
    rows = [_rule_cells(rule, tallies[rule.pk]) for rule in rules]
    return {"caption": "Alert rules", "caption_hidden": True, "columns": columns, "rows": rows}


def _rule_cells(rule: AlertRule, tally: RuleTally) -> list[dict[str, Any]]:
    noise = noise_of(tally)
    counts = (tally.pages, tally.labelled, tally.acted)
    return [
        {"text": rule.name, "url": reverse("incidents:alert-rule", args=[rule.pk]), "header": True},
        {"text": rule.service.name, "url": reverse("portal:service", args=[rule.service.slug])},
        {"text": SIGNAL_WORDS[Signal(rule.signal)]},
        {"text": "Open", "url": rule.runbook_url} if rule.runbook_url else {"text": "Not named yet"},
        *({"text": format_count(count), "numeric": True} for count in counts),
        {"text": NOISE_WORDS[noise] if noise else ""},
    ]


def profiles_table(profiles: Iterable[OnCallProfile]) -> dict[str, Any]:
    """A team's profiles, the newest first."""
    labels = ("Holds from", "Zone", "Working hours", "Acknowledged within", "Cover", "Escalation", "Reason")
    rows = [_profile_cells(row) for row in profiles]
    columns = [{"label": label} for label in labels]
    return {"caption": "On-call profiles", "caption_hidden": True, "columns": columns, "rows": rows}


def _profile_cells(row: OnCallProfile) -> list[dict[str, Any]]:
    texts = (
        row.zone,
        hours_words(row.starts_minute, row.ends_minute),
        format_value(row.acknowledgement_seconds, "seconds"),
        row.cover,
    )
    day = day_words(row.from_at.astimezone(ZoneInfo(row.zone)).date())
    return [{"text": day, "header": True}, *({"text": text} for text in (*texts, row.escalation, row.reason))]


def thresholds_table(rows: Iterable[MaturityThresholds], zone: ZoneInfo) -> dict[str, Any]:
    """What the stages asked for through time, the newest first."""
    labels = ("Holds from", "Quiet", "Learns", "Follows through", "Reason")
    cells = [
        [
            {"text": day_words(row.from_at.astimezone(zone).date()), "header": True},
            {"text": f"actionable pages at least {row.actionable_percent}\N{NO-BREAK SPACE}%"},
            {"text": f"at most {row.most_after_done} back after an action was done"},
            {"text": f"actions on time at least {row.on_time_percent}\N{NO-BREAK SPACE}%"},
            {"text": row.reason},
        ]
        for row in rows
    ]
    columns = [{"label": label} for label in labels]
    return {"caption": "Thresholds of the stages", "caption_hidden": True, "columns": columns, "rows": cells}
