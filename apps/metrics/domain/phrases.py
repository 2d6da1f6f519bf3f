"""Says fields, times, conditions and lengths of a spec in words. Pure."""

import re
from datetime import timedelta

from apps.core.joining import joined
from apps.core.numbers import format_value
from apps.metrics.domain.conditions import SHORTHAND
from apps.metrics.domain.fields import LINKED
from apps.metrics.domain.spec import AnyOf, Clause, Condition, Op, SpanCondition, TimeAt

# Times in fields are participles; in a sentence they are events.
EVENT_WORDS = {
    "finished": "finish", "started": "start", "merged": "merge", "opened": "opening", "detected": "detection",
    "acknowledged": "acknowledgement", "mitigated": "mitigation", "resolved": "resolution", "fired": "firing",
    "created": "creation", "published": "publication", "done": "completion", "verified": "verification",
    "dropped": "drop", "fixed": "fix",
}  # fmt: skip
# Times that are no events: nothing happens at them.
DAY_WORDS = {"first_due": "first due day", "due": "due day"}
# Of these acts the fact is the doer; the others are done to it.
ACTIVE = frozenset({"finished", "started", "fired"})
LINKED_FACT = "the linked fact"
SOME_LINKED_FACT = "a linked fact"
STEP_WORDS = {LINKED: LINKED_FACT, "first": "the first", "last": "the last"}
PICK_WORDS = {"first_of": "the first that is known of", "earliest": "the earliest of", "latest": "the latest of"}
OP_WORDS = {
    Op.IN: "is", Op.NOT_IN: "is not", Op.AT_LEAST: "is at least", Op.AT_MOST: "is at most", Op.HAS: "include",
    Op.HAS_NOT: "do not include",
}  # fmt: skip
STATE_WORDS = {"set": "is known", "unset": "is not known", "true": "is true", "false": "is false"}
PRODUCTION = tuple(Condition(name, Op.IN, (value,)) for name, value in SHORTHAND)
# Conditions that together read as one word before the facts.
ADJECTIVES = (
    ("labelled", (Condition("actionable", Op.IS, "set"),)),
    ("urgent", (Condition("urgency", Op.IN, ("high",)),)),
    ("production", PRODUCTION),
)
# Truths that read as what happened: when they hold, and when they do not.
TRUTHS = {
    "out_of_hours": ("that came out of hours", "that came in working hours"),
    "repeat": ("whose rule paged in the 7 days before", "whose rule had been quiet for 7 days"),
    "woke": ("that woke the team", "that did not wake the team"),
    "actionable": ("that somebody acted on", "that nobody acted on"),
    "deflected": ("that were answered without the team", "that were not answered without the team"),
}
KNOWN = {("actionable", "set"): "that somebody labelled", ("actionable", "unset"): "that nobody labelled"}


def say_time(time: TimeAt) -> str:
    """An instant: `its merge`, `the finish of the linked fact`, `its resolution plus 3 d`."""
    names = [_say_instant(path) for path in time.paths]
    said = names[0] if time.pick == "only" else f"{PICK_WORDS[time.pick]} {joined(names)}"
    return f"{said} plus {say_length(time.plus)}" if time.plus else said


def say_act(path: str, owner: str) -> str:
    """What happens at an instant, as a clause: `it was merged`, `its deployment finished`; empty for what is no act."""
    *through, last = path.split(".")
    act = last.removesuffix("_at")
    if act not in EVENT_WORDS or act == last:
        return ""
    doer = _say_owner(through) if through else owner
    return f"{doer} {act if act in ACTIVE else f'was {act}'}"


def say_clauses(clauses: tuple[Clause, ...]) -> str:
    """Conditions that must all hold."""
    return " and ".join(_say_clause(clause) for clause in clauses)


def say_facts(facts: str, where: tuple[Clause, ...], *, single: bool = False) -> str:
    """Facts with their conditions: `production deployments whose size is at least 3`, or a single one."""
    named, rest = singular(facts) if single else spaced(facts), where
    for adjective, conditions in reversed(ADJECTIVES):
        if set(conditions) <= set(rest):
            named, rest = f"{adjective} {named}", tuple(clause for clause in rest if clause not in conditions)
    return f"{named} {say_which(rest, single=single)}" if rest else named


def say_which(clauses: tuple[Clause, ...], *, single: bool = False) -> str:
    """Conditions behind the facts they choose: `that were remediated by another one and whose size is at least 3`."""
    said = [_say_which(clause, single=single) for clause in clauses]
    alone = len(clauses) == 1
    return " and ".join(
        text if alone or not isinstance(clause, AnyOf) else f"({text})"
        for text, clause in zip(said, clauses, strict=True)
    )


def say_path(path: str) -> str:
    """`linked.first_commit_at` becomes `first commit of the linked fact`."""
    *through, last = path.split(".")
    bare = last.removesuffix("_at")
    named = spaced(last) if bare == last else {**EVENT_WORDS, **DAY_WORDS}.get(bare, spaced(bare))
    return f"{named} of {_say_owner(through)}" if through else named


def say_length(length: timedelta) -> str:
    """`72 h` becomes `3 d`; whole days from four on are written out."""
    seconds = length.total_seconds()
    days = seconds / 86400
    return f"{days:.0f} days" if days >= 4 and days.is_integer() else format_value(int(seconds), "seconds")


def spaced(name: str) -> str:
    """A name without underscores."""
    return name.replace("_", " ")


def singular(facts: str) -> str:
    """One fact of a source."""
    return spaced(facts).removesuffix("s")


def _say_instant(path: str) -> str:
    return f"the {say_path(path)}" if "." in path else f"its {say_path(path)}"


def _say_owner(steps: list[str]) -> str:
    """Whose field it is, step by step: `its deployment`, `the one that remediated it`, `the linked fact`."""
    owner = ""
    for step in steps:
        if step in STEP_WORDS:
            owner = f"{STEP_WORDS[step]} of {owner}" if owner else STEP_WORDS[step]
        elif step.endswith("_by"):
            owner = f"the one that {spaced(step.removesuffix('_by'))} {owner or 'it'}"
        elif step.endswith("s"):
            owner = f"the one {owner or 'it'} {spaced(step)}"
        else:
            owner = f"the {spaced(step)} of {owner}" if owner else f"its {spaced(step)}"
    return owner


def _say_which(clause: Clause, *, single: bool) -> str:
    if isinstance(clause, AnyOf):
        return ", or ".join(_say_which(option, single=single) for option in clause.options)
    if isinstance(clause, SpanCondition):
        said = _say_clause(clause)
        return f"for which {said if single else _of_many(said)}"
    if clause.path == LINKED:
        return f"that {'has' if single else 'have'} {SOME_LINKED_FACT}"
    if clause.op is Op.IS and (act := _say_truth(clause, single=single)):
        return act
    return f"for which the {_say_clause(clause)}" if "." in clause.path else f"whose {_say_clause(clause)}"


def _say_truth(clause: Condition, *, single: bool) -> str:
    """A state that reads as an act or as an event; empty for all others."""
    state = str(clause.value)
    if (clause.path, state) in KNOWN:
        return KNOWN[clause.path, state]
    if clause.path in TRUTHS and state in ("true", "false"):
        said = TRUTHS[clause.path][state == "false"]
        return said.replace("that were", "that was") if single else said
    return _say_reference_state(clause.path, state, single=single)


def _of_many(said: str) -> str:
    """What was said of one fact, said of many."""
    acted = re.sub(r"\bthe one it (\w+)s\b", r"the one they \1", said)
    return re.sub(r"\bit\b", "them", re.sub(r"\bits\b", "their", acted))


def _say_clause(clause: Clause) -> str:
    if isinstance(clause, AnyOf):
        return " or ".join(_say_clause(option) for option in clause.options)
    if isinstance(clause, SpanCondition):
        ends = f"{say_time(clause.span.start)} to {say_time(clause.span.end)}"
        return f"the time from {ends} is {spaced(clause.op)} {say_length(clause.limit)}"
    return _say_condition(clause)


def _say_condition(condition: Condition) -> str:
    if condition.path == LINKED:
        return f"there is {SOME_LINKED_FACT}"
    if condition.op is Op.IS:
        return f"{say_path(condition.path)} {STATE_WORDS[str(condition.value)]}"
    value = condition.value
    said = " or ".join(value) if isinstance(value, tuple) else str(value)
    return f"{say_path(condition.path)} {OP_WORDS[condition.op]} {said}"


def _say_reference_state(path: str, state: str, *, single: bool) -> str:
    """References read as acts: `that were remediated by another one`, `that do not remediate another one`."""
    *through, name = path.split(".")
    is_one, unset = single or bool(through), state == "unset"
    if name.endswith("_by"):
        act = f"{'was' if is_one else 'were'}{' not' if unset else ''} {spaced(name)} another one"
    elif name != "remediates":
        return ""
    elif unset:
        act = f"{'does' if is_one else 'do'} not remediate another one"
    else:
        act = f"{'remediates' if is_one else 'remediate'} another one"
    return f"for which {_say_owner(through)} {act}" if through else f"that {act}"
