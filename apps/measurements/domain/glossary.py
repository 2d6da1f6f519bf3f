"""Words of measurements and verdicts. Pure."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "Measurement": "The result of a definition version for one subject and one period.",
    "Subject": "What a measurement is about: a service, a team, a group, or the organisation.",
    "Period": "A week, month or quarter in the reporting zone. A fact at its end belongs to the next one.",
    "Trend": "What may be said of a movement. The default is no signal.",
    "No signal": "The movement is no larger than what chance alone brings.",
    "Signal": "A movement that chance alone brings about once in a hundred comparisons.",
    "Normal range": "Where almost all values lie while nothing changes, drawn from the weeks before the quarter.",
    "Interval": "The range in which the true value lies with 95 % confidence.",
    "n": "The number of facts a value is made of.",
    "Not judged": "There is a reason to say nothing: too few facts, a new definition, a pause, a running period.",
    "No data": "Nothing was heard: the source is not connected, is silent, or nothing happened.",
    "Evidence": "The facts that were counted, and those that were left out, each with the reason.",
    "Data up to": "The time up to which the sources have reported.",
    "Watermark": "The set of facts a computation saw, so that it can be repeated later with the same result.",
    "Restatement": "A value that changed after it was final; the former value is kept beside it.",
    "Unattributed": "A fact for which the definition's link finds no partner. It is shown beside the value.",
}
