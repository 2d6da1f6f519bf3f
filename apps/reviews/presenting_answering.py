"""The page of one item prepared for people: what is seen, what may be decided, and theirs beside yours."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from apps.reviews.domain.answers import Verb
from apps.reviews.domain.weekly import Rule
from apps.reviews.models import Review
from apps.reviews.presenting_items import DEFER, OUTCOME, answer_of, item_url, present_item, verbs_of
from apps.reviews.presenting_weekly import week_words
from apps.reviews.queries.weekly import ShownItem

CHOICES: Mapping[str, str] = {
    Verb.CONTINUE: "Continue", Verb.ADJUST: "Adjust", Verb.INVESTIGATE: "Investigate", DEFER: "Defer",
    OUTCOME: "What came of it",
}  # fmt: skip
TITLES: Mapping[str, tuple[str, str, str]] = {
    Verb.CONTINUE: ("Continue", "Everything goes on as it is.", "Record: continue"),
    Verb.ADJUST: ("Adjust", "Something changes, and an action does it.", "Record the adjustment"),
    Verb.INVESTIGATE: ("Investigate", "A question is open, and somebody finds out by a day.", "Record the question"),
    DEFER: ("Defer", "It waits for the next review, at most twice in a row.", "Defer to the next review"),
    OUTCOME: ("What came of it", "Numbers do not say why anything moved. Say what you know.", "Record the outcome"),
}
# What a budget that burns too fast offers, each with the words that its decision may start from.
OFFERS: Mapping[str, tuple[str, str]] = {
    "slow": (
        "Slow releases down",
        "Releases go to few users first, and one at a time, until the pace is even.",
    ),
    "safeguards": ("Improve safeguards", "Before the next release: an alert on what users notice, and a way back."),
    "reliability": ("Prioritise reliability work", "Reliability work goes before features until the budget recovers."),
}
TWICE = {
    "tone": "note",
    "title": "Two people answered the same",
    "text": "Nothing was written over their answer. The form holds yours: read theirs, then say what holds.",
}


def present_answering(review: Review, item: ShownItem, verb: str, *, is_outdated: bool) -> dict[str, Any]:
    """Everything the page shows but its form."""
    shown = present_item(review, item, may_answer=False)
    title, intro, button = TITLES[verb]
    review_url = reverse("reviews:weekly", args=[review.pk])
    name = f"Weekly review of {review.content['team_name']}, {week_words(review.period)}"
    return {
        "heading": shown["title"],
        "crumbs": [
            {"label": "Reviews", "url": reverse("reviews:review-list")},
            {"label": name, "url": review_url},
            {"label": shown["title"]},
        ],
        "review_url": review_url,
        "review_name": name,
        "block_title": item.rule.block.heading,
        "item": shown,
        "notices": [TWICE] if is_outdated else [],
        "theirs": answer_of(item) if is_outdated else None,
        "offers": _offers(review, item),
        "choices": [
            {"label": CHOICES[one], "url": f"{item_url(review, item)}?verb={one}", "current": one == verb}
            for one in verbs_of(item)
        ],
        "verb": verb,
        "form_title": title,
        "intro": intro,
        "button": button,
    }  # fmt: skip


def offered_text(key: str) -> str:
    """The words that an offered adjustment starts from; nothing for what is not offered."""
    return OFFERS[key][1] if key in OFFERS else ""


def _offers(review: Review, item: ShownItem) -> list[dict[str, str]]:
    if item.rule is not Rule.BURN:
        return []
    url = f"{item_url(review, item)}?verb={Verb.ADJUST}&offer="
    return [{"text": label, "url": url + key} for key, (label, _) in OFFERS.items()]
