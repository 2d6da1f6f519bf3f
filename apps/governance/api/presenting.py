"""Checks, preview and differences as plain values for the API."""

from typing import Any

from apps.governance.checking import Case
from apps.governance.domain.checks import waits_for
from apps.governance.domain.diffs import diff_fields, diff_words
from apps.governance.domain.states import ProposalState
from apps.governance.models import ProposalItem


def checks_of(case: Case) -> dict[str, Any]:
    """Every check while there is something to wait for."""
    findings = case.findings() if ProposalState(case.proposal.state).is_open else []
    rows = [{"check": f.check.value, "ok": f.ok, "sentence": f.sentence} for f in findings]
    return {"checks": rows, "waits_for": waits_for(findings)}


def preview_of(case: Case) -> dict[str, Any]:
    """The newest preview and whether it still says something."""
    run = case.preview
    needed = case.needs_preview
    problem = case.preview_problem if needed else ""
    return {
        "is_needed": needed,
        "is_fresh": needed and not problem,
        "sentence": problem,
        "asked_at": run.asked_at if run else None,
        "finished_at": run.finished_at if run else None,
        "engine_version": run.engine_version if run else "",
        "base_numbers": run.base_numbers if run else {},
        "sections": run.result["sections"] if run and run.result else [],
    }


def diff_of_item(item: ProposalItem) -> dict[str, Any]:
    """Both sides of an item as they read when the revision was written."""
    before, after = item.shown.get("before"), item.shown.get("after")
    old, new = before or {}, after or {}
    fields = diff_fields(old.get("document", {}), new.get("document", {}))
    return {
        "kind": item.kind,
        "op": item.op,
        "key": item.key,
        "sentence": diff_words(old.get("sentence", ""), new.get("sentence", "")),
        "fields": [{"field": f["label"], "before": f["old"], "after": f["new"]} for f in fields],
        "before": before,
        "after": after,
    }
