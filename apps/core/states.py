"""The states a page can show: code -> word, icon and tone. Words are fixed; the reason always follows the word."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class State:
    """How one state looks: never by colour alone."""

    word: str
    icon: str
    tone: str
    mark: str = ""


STATES: dict[str, State] = {
    "improved": State("Improved", "improved", "good", "Trend"),
    "worsened": State("Worsened", "worsened", "bad", "Trend"),
    "changed": State("Changed", "changed", "quiet", "Trend"),
    "no_signal": State("No signal", "no-signal", "quiet", "Trend"),
    "target_met": State("Met", "met", "good", "Target"),
    "target_not_met": State("Not met", "not-met", "bad", "Target"),
    "target_unclear": State("Cannot tell yet", "unclear", "quiet", "Target"),
    "within": State("Within", "battery-full", "good", "Budget"),
    "at_risk": State("At risk", "battery-half", "bad", "Budget"),
    "exhausted": State("Exhausted", "battery-empty", "bad", "Budget"),
    "not_judged": State("Not judged", "hatch", "note"),
    "no_data": State("No data", "unplugged", "quiet"),
    "needs_decision": State("Needs a decision", "flag", "bad"),
    "error": State("Error", "octagon", "alarm"),
}


def state_parts(code: str, sentence: str = "", mark: str | None = None) -> dict[str, str]:
    """What a state prints: mark, word, and the reason that follows; a sentence may start with the word."""
    state = STATES[code]
    text = sentence.strip()
    leads = text.casefold().startswith(state.word.casefold())
    word = text[: len(state.word)] if leads else state.word
    reason = text[len(state.word) :].lstrip(" :") if leads else text
    if code == "needs_decision" and text and not leads:
        word, reason = text, ""
    return {
        "code": code,
        "mark": state.mark if mark is None else mark,
        "word": word,
        "reason": reason,
        "icon": state.icon,
        "tone": state.tone,
    }
