"""Items of a weekly review prepared for people: title, sentence, answer, and what may be done with each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from apps.core.calendar_words import day_words
from apps.reviews.domain.answers import Outcome, Verb
from apps.reviews.domain.weekly import MOST_DEFERRALS, Rule
from apps.reviews.models import Review
from apps.reviews.queries.weekly import ShownItem

DEFER, OUTCOME = "defer", "outcome"
LINK_LABELS: Mapping[Rule, str] = {
    Rule.BUDGET_TRIGGER: "What fired, and who signs",
    Rule.DECISION_DUE: "What was seen then",
    Rule.DEPLOYMENT_FREQUENCY: "The weeks before",
    Rule.LEAD_TIME: "The weeks before",
    Rule.BURN: "The whole budget",
    Rule.INCIDENT_OPEN: "The incident",
    Rule.RETRO_DUE: "The retro",
    Rule.ACTION_OVERDUE: "The action",
    Rule.PAGES_OVER_BUDGET: "The pages",
    Rule.CAUSE_RETURNED: "The cause",
    Rule.DATA_GAP: "Where the data stop",
    Rule.SERVICE: "The service",
}
TITLES: Mapping[Rule, str] = {
    Rule.BUDGET_TRIGGER: "Budget trigger {subject}",
    Rule.DECISION_DUE: "Decision D-{subject}",
    Rule.DEPLOYMENT_FREQUENCY: "Deployment frequency",
    Rule.LEAD_TIME: "Lead time",
    Rule.BURN: "Budget",
    Rule.INCIDENT_OPEN: "Open incident {subject}",
    Rule.RETRO_DUE: "Retro due, {subject}",
    Rule.ACTION_OVERDUE: "Overdue action {subject}",
    Rule.PAGES_OVER_BUDGET: "Pages over budget",
    Rule.CAUSE_RETURNED: "Cause that came back, {subject}",
    Rule.DATA_GAP: "Please check: a gap in the data",
    Rule.SERVICE: "{subject}",
}
VERB_LABELS = {Verb.CONTINUE: "Continue", Verb.ADJUST: "Adjust", Verb.INVESTIGATE: "Investigate"}
MORE_LABELS = {Verb.ADJUST: "Adjust…", Verb.INVESTIGATE: "Investigate…"}


def present_item(review: Review, item: ShownItem, *, may_answer: bool) -> dict[str, Any]:
    """One item as its card shows it."""
    acts = _acts(review, item) if may_answer and item.pk is not None else []
    is_led_there = any(act["url"] == item.evidence_url for act in acts)
    return {
        "id": f"item-{item.rank}",
        "pk": item.pk,
        "title": title_of(item),
        "words": item.sentence,
        "url": "" if is_led_there else item.evidence_url,
        "link_label": LINK_LABELS[item.rule],
        "prompt": item.prompt,
        "is_open": item.is_open,
        "standing": _standing(item),
        "revision": item.revision,
        "answer": answer_of(item),
        "acts": acts,
    }


def title_of(item: ShownItem) -> str:
    """What an item is about, in a few words."""
    named = "" if item.rule is Rule.DECISION_DUE else item.evidence_data.get("title")
    subject = item.subject.partition(":")[2] or item.subject
    return str(named) if named else TITLES[item.rule].format(subject=subject)


def _standing(item: ShownItem) -> str:
    if item.pk is None:
        return ""
    return "Waits for an answer" if item.is_open else ""


def answer_of(item: ShownItem) -> dict[str, Any] | None:
    """What people decided, wrote or confirmed about an item."""
    said = _decided(item.answer) if item.answer else None
    if item.outcome is None:
        return said
    again = item.outcome["asks_again_on"]
    came = {
        "verb": item.outcome["label"], "text": item.outcome["text"],
        "facts": [{"text": f"Asked again on {_day(again)}"}] if again else [],
    }  # fmt: skip
    return came if said is None else {**said, "before": came}


def _decided(answer: Mapping[str, Any]) -> dict[str, Any]:
    if answer["kind"] == "deferral":
        return {"verb": "Deferred to the next review", "text": answer["text"], "facts": []}
    verb = VERB_LABELS[Verb(answer["verb"])] if answer["verb"] else "Settled"
    question, text = answer.get("question", ""), answer["text"]
    return {
        "verb": verb,
        "text": " ".join(filter(None, (question, text))),
        "facts": [fact for fact in _facts(answer) if fact],
    }


def _facts(answer: Mapping[str, Any]) -> list[dict[str, str] | None]:
    return [
        action_fact(answer),
        expected_fact(answer.get("expected")),
        {"text": f"Looked at again on {_day(answer['follow_up_on'])}"} if answer.get("follow_up_on") else None,
        {"text": f"D-{answer['decision']}", "url": reverse("reviews:decision", args=[answer["decision"]])}
        if answer.get("decision")
        else None,
    ]


def action_fact(answer: Mapping[str, Any]) -> dict[str, str] | None:
    """The action of a decision with its team and due day."""
    if not answer.get("action"):
        return None
    number = int(answer["action"].removeprefix("A-"))
    words = (
        f"{answer['action']}: {answer['action_text']} · {answer['action_team']}, due {_day(answer['action_due_on'])}"
    )
    return {"text": words, "url": reverse("portal:action", args=[number])}


def expected_fact(expected: Mapping[str, str] | None) -> dict[str, str] | None:
    """What a decision should move, which way, and by when."""
    if not expected:
        return None
    words = expected["definition"].replace("-", " ").capitalize()
    by = f" by {_day(expected['by_on'])}" if expected["by_on"] else ""
    return {"text": f"{words} should be {expected['direction']}{by}"}


def _acts(review: Review, item: ShownItem) -> list[dict[str, Any]]:
    """What one may do now: buttons that need nothing more, links to what has to be written."""
    url = item_url(review, item)
    if item.is_counted_only:
        return []
    if not item.is_open:
        return [] if item.rule is Rule.BUDGET_TRIGGER else [_link("Change the answer", url)]
    if item.rule is Rule.BUDGET_TRIGGER:
        return [_link("Decide on it", item.evidence_url), *_deferring(url, item)]
    if item.rule is Rule.DECISION_DUE and not hurt(item):
        return [_link("Say what came of it", url), *_deferring(url, item)]
    more = [_link(MORE_LABELS[verb], f"{url}?verb={verb}") for verb in (Verb.ADJUST, Verb.INVESTIGATE)]
    if hurt(item) or item.rule is Rule.SERVICE:
        return more
    return [_post("Continue", url, Verb.CONTINUE), *more, *_deferring(url, item)]


def verbs_of(item: ShownItem) -> tuple[str, ...]:
    """What an item may be answered with, on its own page."""
    if item.is_counted_only:
        return ()
    deferring = (DEFER,) if _may_defer(item) and item.is_open else ()
    if item.rule is Rule.BUDGET_TRIGGER:
        return deferring
    if item.rule is Rule.DECISION_DUE and not hurt(item):
        return (OUTCOME, *deferring)
    verbs = (Verb.ADJUST.value, Verb.INVESTIGATE.value)
    return verbs if hurt(item) else (*verbs, Verb.CONTINUE.value, *deferring)


def _may_defer(item: ShownItem) -> bool:
    return item.rule is not Rule.SERVICE and item.deferrals_used < MOST_DEFERRALS


def hurt(item: ShownItem) -> bool:
    """A decision that turned out to hurt: a new one is due."""
    return item.outcome is not None and item.outcome["outcome"] == Outcome.HURT


def _deferring(url: str, item: ShownItem) -> list[dict[str, Any]]:
    """Put off to the next review: once as it is, once more with a reason."""
    if not _may_defer(item):
        return []
    if item.deferrals_used:
        return [_link("Defer with a reason…", f"{url}?verb={DEFER}")]
    return [_post("Defer", url, DEFER)]


def _link(label: str, url: str) -> dict[str, Any]:
    return {"label": label, "url": url}


def _post(label: str, url: str, verb: str) -> dict[str, Any]:
    return {"label": label, "url": url, "is_post": True, "verb": verb}


def item_url(review: Review, item: ShownItem) -> str:
    """The page on which an item is answered."""
    return reverse("reviews:weekly-item", args=[review.pk, item.pk])


def _day(text: str) -> str:
    return day_words(date.fromisoformat(text))
