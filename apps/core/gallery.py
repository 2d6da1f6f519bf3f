"""What the component gallery shows: every component in every state, from sample values only."""

import datetime as dt
from typing import Any

from django import forms

from apps.core import gallery_samples as samples
from apps.core.states import STATES

MOMENT = dt.datetime(2026, 8, 24, 7, 40, tzinfo=dt.UTC)

SENTENCES = {
    "improved": "Improved: 31 h to 14 h, ratio 0.45, 0.31–0.66",
    "worsened": "Worsened: 9.9 % to 27.4 %, +2.7 to +34.4 points",
    "changed": "Changed: 12 to 19 a week",
    "no_signal": "No signal: inside normal range 8–39 h",
    "target_met": "Met: 2.4 % lies below 15 %",
    "target_not_met": "Not met: 35 % lies above 15 %",
    "target_unclear": "Cannot tell yet: 15 % lies inside 5.5–30.6 %",
    "within": "Within: 61 % left",
    "at_risk": "At risk: 24.4 % left, about 54 h at this pace",
    "exhausted": "Exhausted: the agreed policy says reliability work first",
    "not_judged": "Not judged: too few, 2 of 3",
    "no_data": "No data: stale, last deployment 16 days ago, usually daily. Last value 21 h (week 32)",
    "needs_decision": "2 need a decision",
    "error": "Error: incidents could not be loaded. Last loaded 09:40",
}


class SampleForm(forms.Form):
    """One field of each shape."""

    sentence = forms.CharField(label="What should change", help_text="One sentence, as you would say it in the review.")
    starts_on = forms.DateField(label="In force from", help_text="A Monday in Europe/Berlin, for example 2026-10-05.")
    reason = forms.CharField(label="Reason", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    grain = forms.ChoiceField(label="Grain", choices=[("week", "Week"), ("month", "Month"), ("quarter", "Quarter")])
    roles = forms.ChoiceField(
        label="Who signs first",
        widget=forms.RadioSelect,
        choices=[("tl", "Tech lead"), ("pm", "Product manager"), ("em", "Engineering manager")],
    )
    restate = forms.BooleanField(label="Restate the last 26 weeks", required=False)


class SampleFilters(forms.Form):
    """Two filters of a list."""

    lens = forms.ChoiceField(required=False, choices=[("", "All lenses"), ("flow", "Flow")])
    team = forms.CharField(required=False)


def gallery_context() -> dict[str, Any]:
    """The whole context of `portal/gallery.html`."""
    return {
        "heading": "Gallery",
        "meta": ["every component in every state", "sample values"],
        "verdicts": [{"code": code, "sentence": SENTENCES[code], "mark": None} for code in STATES],
        "tags": [{"tone": s.tone, "icon": s.icon, "word": s.word} for s in STATES.values()],
        "tones": ("good", "bad", "quiet", "note", "alarm"),
        "rows": _rows(),
        "figures": _figures(),
        "multiples": _multiples(),
        "readings": _readings(),
        "matrix": _matrix(),
        "catalogue": _catalogue(),
        "cards": _cards(),
        "form": SampleForm(),
        "wrong_form": SampleForm({"sentence": "", "starts_on": "yesterday", "grain": "week", "roles": ""}),
        "filters": SampleFilters(),
        "pager": {"previous_url": "#1", "next_url": "#3", "text": "51 to 100 of 512"},
        "tasks": _tasks(),
        "signatures": _signatures(),
        "diff": _diff(),
        "moment": MOMENT,
        "icons": ICONS,
    }


ICONS = (
    "plumb", *dict.fromkeys(state.icon for state in STATES.values()), "search", "menu", "arrow", "back", "chevron",
    "down", "external", "download", "link", "calendar", "clock", "pause", "info", "tick", "cross", "plus", "pencil",
    "signature", "bell", "people", "lock", "document", "table", "question",
)  # fmt: skip


def _reading(label: str, text: str, detail: str, version: str, **more: Any) -> dict[str, Any]:
    return {"label": label, "text": text, "detail": detail, "version": version, "url": "#evidence",
            "version_url": "#version"} | more  # fmt: skip


def _readings() -> list[dict[str, Any]]:
    no_signal = {"code": "no_signal", "sentence": SENTENCES["no_signal"], "mark": None}
    silent = {"code": "no_data", "sentence": "No data: not connected. A tech lead can connect a ticket source"}
    running = {"code": "not_judged", "sentence": "Not judged: week 35 is running"}
    return [
        _reading("Lead time, median", "21 h", "16–27 h, n = 48", "v4", large=True, state=no_signal),
        _reading("Lead time, median", "21 h", "16–27 h, n = 48", "v4", spark=samples.sparkline()),
        _reading("Affecting incidents", "0", "4 weeks, pager heard 12 min ago", "v1"),
        _reading("Tickets, first response", "", "", "v1", state=silent),
        _reading("Deployments a week", "4", "n = 4", "v2", state=running),
    ]


def _shipping_row() -> dict[str, Any]:
    """A question with a notice, a figure and what is newest."""
    return {
        "number": 1, "id": "shipping", "title": "Are we shipping?", "meta": "data up to 24 Aug, 09:40",
        "notice": {"tone": "note", "text": "Lead time is measured differently since 29 June (v4).",
                   "url": "#diff", "link_label": "What changed"},
        "verdicts": [
            {"code": "no_signal", "sentence": "No signal: lead time inside normal range 8–39 h", "mark": None},
        ],
        "readings": [
            _reading("Lead time, median", "21 h", "16–27 h, n = 48", "v4"),
            _reading("Deployments", "12 a week", "9–16, n = 48", "v2"),
            _reading("Change failure rate", "9 %", "6–15 %, n = 151, 13 wk", "v2"),
        ],
        "figure": samples.lead_time(data_up_to=None),
        "newest": [{"text": "api 2.31", "url": "#api", "age": "1 h"},
                   {"text": "web 118", "url": "#web", "age": "3 h"}],
        "owner": "Checkout", "next": {"label": "Open the 3 longest waiting changes", "url": "#next"},
    }  # fmt: skip


def _pain_row() -> dict[str, Any]:
    """A question that needs a decision, with a reading that has no data."""
    return {
        "number": 2, "id": "pain-row", "title": "Are customers feeling pain?", "meta": "data up to 24 Aug, 09:38",
        "verdicts": [{"code": "worsened", "sentence": "Worsened: 5 to 14 functional errors a week", "mark": None},
                     {"code": "needs_decision", "sentence": "1 needs a decision", "mark": ""}],
        "readings": [
            _reading("Customer-affecting incidents", "2", "4 weeks", "v1"),
            _reading("Minutes", "60 min", "2 incidents", "v1"),
            _reading("Tickets, first response", "", "", "v1", state={
                "code": "no_data", "sentence": "No data: not connected. A tech lead can connect a ticket source"}),
        ],
        "figure": samples.pain(),
        "newest": [{"text": "Queue full", "url": "#inc-19", "age": "26 d"}],
        "owner": "Checkout", "next": {"label": "Write the retro due on 26 Aug", "url": "#retro"},
    }  # fmt: skip


def _slo_row() -> dict[str, Any]:
    """A question with two figures and nothing to do next."""
    return {
        "number": 3, "id": "slo-row", "title": "Are we within our SLOs?", "meta": "data up to 24 Aug, 09:35",
        "verdicts": [{"code": "at_risk", "sentence": SENTENCES["at_risk"], "mark": None}],
        "readings": [_reading("Worst budget left", "24.4 %", "Checkout succeeds, 28 days", "v3")],
        "figures": [samples.burn_down(id="burn-1"), samples.burn_down(
            id="burn-2", title="Search, budget left", finding="Within: 36 % left", guides=[], regions=[])],
        "newest": [], "owner": "Checkout", "next": None,
    }  # fmt: skip


def _rows() -> list[dict[str, Any]]:
    return [_shipping_row(), _pain_row(), _slo_row()]


def _figures() -> list[dict[str, Any]]:
    pause: dict[str, Any] = {"paused": True, "status": "Not judged: paused by freeze"}
    paused = [*samples.weeks([0.1, 0.13, 0.09]), samples.week(3, None, **pause), samples.week(4, None, **pause),
              *samples.weeks([0.11, 0.08], start=5)]  # fmt: skip
    return [
        samples.deployments(),
        samples.old_and_new(),
        samples.restated(),
        samples.shifts(),
        samples.plain_line([0.07, 0.12, 0.05, 0.22, 0.11, 0.1, 0.09, 0.13, 0.08, 0.06, 0.1], id="eleven",
                           finding="Not judged: too few, 11 of 12 points carry no range"),
        samples.plain_line([], id="none", segments=[], finding="No data: no deployments from 27 July to 23 August"),
        samples.plain_line([0.1], id="one", finding="Not judged: too few, 1 of 12"),
        samples.plain_line([], id="paused", segments=[{"points": paused}],
                           finding="Not judged: paused by freeze 3–14 Aug"),
        samples.lead_time(id="wide", size="wide", interactive=True),
    ]  # fmt: skip


def _multiples() -> list[dict[str, Any]]:
    words = {"Checkout": "No signal", "Harbour": "Improved: 35 h to 21 h", "Lantern": "No signal"}
    return [
        samples.lead_time(id=f"small-{name.lower()}", size="small", title=f"{name}, lead time", finding=finding,
                          lanes=None, links={}, data_up_to=None)
        for name, finding in words.items()
    ]  # fmt: skip


def _cell(code: str, sentence: str) -> dict[str, Any]:
    return {"state": {"code": code, "sentence": sentence, "mark": ""}}


def _matrix() -> dict[str, Any]:
    lenses = [{"label": lens} for lens in ("Flow", "Reliability", "Learning", "Impact")]
    return {
        "caption": "Teams by lens, in words",
        "columns": [{"label": "Team", "sort_url": "#name", "sorted": "ascending"}, *lenses],
        "rows": [
            [{"text": "Checkout", "url": "#checkout", "header": True}, _cell("no_signal", ""),
             _cell("needs_decision", "2 need a decision"), _cell("no_signal", ""),
             _cell("no_data", "No data: adoption not connected")],
            [{"text": "Harbour", "url": "#harbour", "header": True}, _cell("improved", ""), _cell("within", ""),
             _cell("not_judged", "Not judged: new definition"), _cell("target_met", "")],
            [{"text": "Lantern", "url": "#lantern", "header": True}, _cell("worsened", ""), _cell("exhausted", ""),
             _cell("no_signal", ""), _cell("target_unclear", "Cannot tell yet: 20 h")],
        ],
        "foot": "5 of 38 moved; fewer than 1 of these 38 would by chance.",
    }  # fmt: skip


def _catalogue() -> dict[str, Any]:
    def row(name: str, version: str, value: str, n: str) -> list[dict[str, Any]]:
        return [{"text": name, "url": "#definition", "header": True}, {"text": version}, {"moment": MOMENT},
                {"text": value, "url": "#evidence", "numeric": True}, {"text": n, "numeric": True}]  # fmt: skip

    labels = [{"label": label} for label in ("Definition", "Version", "In force from")]
    return {
        "caption": "Definitions of the flow lens",
        "compact": True,
        "columns": [*labels, {"label": "Value", "numeric": True}, {"label": "n", "numeric": True}],
        "rows": [
            row("Change failure rate", "v2", "9 %", "151"),
            row("Deployments a week", "v2", "12", "48"),
            row("Lead time, median", "v4", "21 h", "48"),
        ],
    }  # fmt: skip


def _cards() -> list[dict[str, Any]]:
    return [
        {"title": "Lead time v4 → v5", "meta": "changes meaning", "url": "#p-40",
         "text": "Signed by TL, waits for EM. The preview is 12 min old; 6 teams move.",
         "action": {"label": "Open the proposal", "url": "#p-40"}},
        {"title": "Checkout", "meta": "product team", "text": "4 services, 3 critical flows, on-call stage 2.",
         "action": {"label": "Read about the team", "url": "#about"}},
        {"title": "Weekly review", "meta": "24 Aug 2026", "text": "3 items with evidence, 9 quiet.",
         "action": {"label": "Open the agenda", "url": "#review"}},
    ]  # fmt: skip


def _tasks() -> list[dict[str, str]]:
    return [
        {"label": "What happened", "url": "#1", "state": "Completed"},
        {"label": "Timeline", "url": "#2", "state": "In progress"},
        {"label": "Causes", "url": "#3", "state": "Not started"},
        {"label": "Check your answers", "url": "", "state": "Cannot start yet",
         "reason": "The timeline needs one entry."},
    ]  # fmt: skip


def _signatures() -> list[dict[str, Any]]:
    return [
        {"role": "Tech lead", "who": "Ana", "moment": MOMENT},
        {"role": "Engineering manager", "waiting": "Waits for Cy"},
        {"role": "Product manager", "waiting": "Vacant: signed by the group's holder"},
    ]


def _diff() -> dict[str, Any]:
    return {
        "sentence": [
            {"op": "same", "text": "Median hours from"}, {"op": "del", "text": "first commit"},
            {"op": "ins", "text": "merge"}, {"op": "same", "text": "to production."},
        ],
        "fields": [{"label": "Starts at", "old": "first commit", "new": "merge"}],
        "text": [
            {"op": "same", "text": '"from": {'}, {"op": "del", "text": '  "clock": "first_commit_at"'},
            {"op": "ins", "text": '  "clock": "merged_at"'}, {"op": "same", "text": "}"},
        ],
    }  # fmt: skip
