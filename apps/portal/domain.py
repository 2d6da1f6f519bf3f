"""Words of the rituals that the pages speak of. Pure."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "Scorecard": "A frozen set of measurements read against targets, in four lenses. It has no total and no ranking.",
    "Lens": "One of four ways to look at a team's work: flow, reliability, learning, impact.",
    "Target review": "The quarterly meeting of one team: actual against target, and targets for the next quarter.",
    "Needs a decision": "A cell that is not met or has worsened, or whose data is missing twice running.",
    "Annotation": "Context on a chart: what happened near a time. It never claims to be the cause.",
    "Audit chain": "The list of acts in which each entry carries the fingerprint of the one before it.",
}
