"""Words of definitions and targets. Pure."""

from collections.abc import Mapping

WORDS: Mapping[str, str] = {
    "Metric definition": "The identity of a metric. How it is measured stands in its versions.",
    "Definition version": "One unchangeable statement of how a metric is measured, from a day on.",
    "Spec": "The typed document inside a version: what is computed follows from it alone.",
    "Paired definition": "The metric that is read beside this one, so that neither is improved at the other's cost.",
    "Target": "What a team means to reach in a quarter, from its own baseline.",
    "Lead time": "From the first commit of a change to the end of the deployment that first carried it.",
}
