"""What becomes of OpenSLO files, as tables: each object as it is read, then what would be proposed of it."""

from collections.abc import Iterator
from typing import Any

from apps.governance.domain.kinds import Op
from apps.objectives.domain.openslo_reading import ImportRead, Verdict, VerdictKind
from apps.objectives.operations.importing_openslo import NameMap, Plan

VERDICTS = {
    VerdictKind.MAPPED: "Would be proposed", VerdictKind.USED: "Used", VerdictKind.IGNORED: "Left out",
    VerdictKind.REFUSED: "Refused",
}  # fmt: skip
OUTCOMES = {Op.CREATE: "Would be new", Op.CHANGE: "Would change", None: "Stands already"}
KINDS = {"sli": "SLI", "slo": "SLO"}
Table = dict[str, Any]


def file_faults(read: ImportRead) -> list[str]:
    """Why a file could not be read at all."""
    return [f"{name}: {fault.detail}" for name, faults in read.file_faults.items() for fault in faults]


def verdict_table(read: ImportRead, plan: Plan | None = None) -> Table:
    """What becomes of each object, with its faults and warnings at their paths; by a plan, what is proposed of it."""
    has_files = len(read.documents) > 1
    labels = ["Object", "What becomes of it", "Kind", *(["File"] if has_files else []), "Why"]
    rows = [_row(one, _becomes(one, read, plan), has_files=has_files) for one in read.verdicts]
    return {"caption": "Objects", "columns": [{"label": label} for label in labels], "rows": rows}


def _row(one: Verdict, becomes: str, *, has_files: bool) -> list[dict[str, Any]]:
    faults = [f"{fault.pointer}: {fault.detail}" for fault in (*one.faults, *one.warnings)]
    return [
        {"text": one.name or one.pointer, "header": True},
        {"text": becomes},
        {"text": one.kind},
        *([{"text": one.file}] if has_files else []),
        {"text": " ".join(faults), "wide": True},
    ]


def _becomes(one: Verdict, read: ImportRead, plan: Plan | None) -> str:
    found = list(_made_of(one, read)) if plan is not None else []
    if plan is None or not found:
        return VERDICTS[one.verdict]
    ops = {(item.kind, item.key): item.op for items in plan.items.values() for item in items}
    words = [(KINDS[kind], key, OUTCOMES[ops.get((kind, key))]) for kind, key in found]
    if len(words) == 1:
        return words[0][2]
    return " ".join(f"{kind} {key}: {outcome.lower()}." for kind, key, outcome in words)


def _made_of(one: Verdict, read: ImportRead) -> Iterator[tuple[str, str]]:
    """What an object becomes here, by kind and key: an SLO its objectives, an SLI the indicators that it holds."""
    for made in one.objectives:
        yield "slo", made.slug
        if not made.sli_object:
            yield "sli", made.indicator_slug
    if one.kind == "SLI" and one.verdict is VerdictKind.USED:
        for key in sorted({made.indicator_slug for made in read.objectives if made.sli_object == one.name}):
            yield "sli", key


def names_table(mapping: NameMap) -> Table:
    """What the names of the files are here, as it was chosen."""
    columns = [{"label": "Name"}, {"label": "Is here"}]
    rows = [
        [{"text": f"Service {name}", "header": True}, {"text": f"{service}, flow {flow}" if flow else service}]
        for name, (service, flow) in mapping.places.items()
    ]
    rows += [
        [{"text": f"Data source {name}", "header": True}, {"text": here}] for name, here in mapping.servers.items()
    ]
    return {"caption": "Names", "columns": columns, "rows": rows}


def plan_words(plan: Plan) -> str:
    """What drafting would do, in one sentence or two."""
    standing = f" {len(plan.unchanged)} more stand already." if plan.unchanged else ""
    if not plan.count:
        return "All of it is in force already, so there is nothing to propose."
    parts = [
        f"{plan.owners[team]} ({', '.join(f'{KINDS[item.kind]} {item.key}' for item in items)})"
        for team, items in sorted(plan.items.items())
    ]
    return f"One proposal would be drafted for {'; one for '.join(parts)}.{standing} Nothing is stored yet."
