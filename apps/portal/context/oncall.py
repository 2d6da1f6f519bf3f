"""A team's load and stage as the template prints them: each measure with its counts and its rule."""

from fractions import Fraction
from typing import Any

from django.urls import reverse

from apps.core.numbers import format_count, format_value
from apps.incidents.domain.oncall import hours_words
from apps.incidents.domain.page_feeds import Feed, FeedState
from apps.incidents.domain.pages import LEAST_COVERAGE, LEAST_LABELS, NOISE_WORDS, Load
from apps.incidents.queries.oncall_load import TeamLoad
from apps.incidents.queries.oncall_noise import NoisyRule
from apps.portal.queries.oncall import OnCall
from apps.portal.tables import Cell, header, link, plain, state
from apps.scorecards.domain.maturity import STAGE_WORDS, Maturity, MeasureRead, Standing

STAGE_STATES = {
    Standing.PASSES: "target_met", Standing.MISSES: "target_not_met", Standing.NOT_JUDGED: "not_judged",
    Standing.NO_DATA: "no_data",
}  # fmt: skip
NONE = "No pages"


def on_call_context(found: OnCall) -> dict[str, Any]:
    """Tables of load, noise and stage, with the profile in words."""
    return {
        "load_table": _load_table(found.load),
        "feed": _feed_notice(found.load.feed),
        "profile": _profile(found.load),
        "noisy": _noisy_table(found.noisy),
        "stage": stage_words(found.maturity) if found.maturity else "",
        "stages": _stages_table(found.maturity) if found.maturity else None,
        "profile_url": reverse("incidents:on-call-profile", args=[found.team.slug]) if found.may_write else "",
    }


def _load_table(found: TeamLoad) -> dict[str, Any]:
    load = found.load
    rows = [
        _row("Urgent pages", format_count(load.pages), _buckets(load), "Evening includes weekends."),
        _row("Out of hours", _share(load.out_of_hours), f"{load.evening + load.night} of {load.pages}",
             "Evening and night pages of all."),
        _row("Repeat rate", _share(load.repeat_rate), f"{load.repeats} of {load.pages}",
             "Pages whose rule paged in the 7 days before."),
        [header("Actionable"), _actionable(load), plain(f"{load.acted} of {load.labelled} labelled"),
         plain("Pages that somebody acted on, of the labelled ones.")],
        _row("Label coverage", _share(load.coverage), f"{load.labelled} of {load.pages}",
             f"Judged from {_share(LEAST_COVERAGE)} and {LEAST_LABELS} labels on."),
        _row("Acknowledged within", _wait(load), f"{len(load.waits)} of {load.pages} taken up by a person",
             "Nine in ten of them, from firing on." + _target(found)),
        _row("Ended by themselves", _share(load.ended_by_itself), f"{load.by_itself} of {load.pages}",
             "Over before a person took them up."),
        _row("Nights woken", _share(load.woken), f"{load.nights_woken} of {load.nights} nights",
             "Nights from 22 to 8 with a page; a night belongs to the day on which it begins."),
        _row("Not urgent", format_count(found.low_count), "counted nowhere else", "Pages that may wait."),
    ]  # fmt: skip
    columns = [{"label": "Measure"}, {"label": "Value"}, {"label": "Counts"}, {"label": "Rule"}]
    return {"caption": "Load on call", "caption_hidden": True, "columns": columns, "rows": rows}


def _row(name: str, value: str, counts: str, rule: str) -> list[Cell]:
    return [header(name), plain(value), plain(counts), plain(rule)]


def _buckets(load: Load) -> str:
    return f"{load.business} in working hours, {load.evening} evening, {load.night} night"


def _share(value: Fraction | None) -> str:
    return NONE if value is None else format_value(value, "share")


def _actionable(load: Load) -> Cell:
    if not load.pages:
        return plain(NONE)
    if load.actionable is None:
        return state("not_judged", "too few", mark="")
    return plain(_share(load.actionable))


def _wait(load: Load) -> str:
    p90 = load.acknowledged_p90
    return "Nobody yet" if p90 is None else format_value(p90.total_seconds(), "seconds")


def _target(found: TeamLoad) -> str:
    if found.profile is None:
        return " No target is agreed on."
    agreed = format_value(found.profile.acknowledgement_seconds, "seconds")
    kept = {True: "kept", False: "not kept", None: "nothing to judge"}[found.within_target]
    return f" Agreed: {agreed}, {kept}."


def _feed_notice(feed: Feed) -> dict[str, str] | None:
    if feed.state is FeedState.LIVE:
        return None
    if feed.state is FeedState.NOT_CONNECTED:
        return {"code": "no_data", "sentence": "not connected. A tech lead can connect a paging tool."}
    heard = f"{feed.heard_at:%-d %b %Y}" if feed.heard_at else "never"
    return {"code": "no_data", "sentence": f"stale, pages last heard of on {heard}. What is shown may be too little."}


def _profile(found: TeamLoad) -> dict[str, str]:
    if found.profile is None:
        return {}
    return {
        "zone": found.profile.zone,
        "hours": hours_words(found.profile.starts_minute, found.profile.ends_minute),
        "cover": found.profile.cover,
        "acknowledged": format_value(found.profile.acknowledgement_seconds, "seconds"),
        "escalation": found.profile.escalation,
    }


def _noisy_table(rows: list[NoisyRule]) -> dict[str, Any]:
    cells = [
        [
            link(row.rule, reverse("incidents:alert-rule", args=[row.rule_id])), plain(row.service),
            plain(format_count(row.tally.pages), numeric=True), plain(f"{row.tally.acted} of {row.tally.labelled}"),
            plain(format_count(row.tally.ended_unseen), numeric=True), plain(NOISE_WORDS[row.noise]),
        ]
        for row in rows
    ]  # fmt: skip
    labels = ("Rule", "Service", "Pages", "Acted on, of labelled", "Ended by themselves", "Why")
    columns = [{"label": label, "numeric": label in ("Pages", "Ended by themselves")} for label in labels]
    return {"caption": "Noisy rules", "caption_hidden": True, "columns": columns, "rows": cells}


def stage_words(maturity: Maturity) -> str:
    """The stage and what is next, in one sentence."""
    following = maturity.next_measure
    name = f", {STAGE_WORDS[maturity.measures[maturity.stage - 1].measure][0]}" if maturity.stage else ""
    said = f"Stage {maturity.stage} of {len(maturity.measures)}{name}."
    if following is None:
        return f"{said} All measures pass."
    return f"{said} Next: {STAGE_WORDS[following.measure][1]}."


def _stages_table(maturity: Maturity) -> dict[str, Any]:
    rows = [_stage_row(place, read) for place, read in enumerate(maturity.measures, 1)]
    columns = [{"label": "Stage"}, {"label": "Measure"}, {"label": "How it stands"}]
    return {"caption": "Stages of on-call maturity", "caption_hidden": True, "columns": columns, "rows": rows}


def _stage_row(place: int, read: MeasureRead) -> list[Cell]:
    name, measure = STAGE_WORDS[read.measure]
    sentence = read.sentence
    return [header(f"{place} {name}"), plain(measure), state(STAGE_STATES[read.standing], sentence, mark="")]
