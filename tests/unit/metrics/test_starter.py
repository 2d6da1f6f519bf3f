"""The starter catalogue reads, says itself in words, and has whole contracts."""

import pytest

from apps.metrics.domain.canonical import computing_text
from apps.metrics.domain.contracts import KEYS, read_contract
from apps.metrics.domain.parsing import parse_spec
from apps.metrics.domain.sentences import say_spec
from apps.metrics.domain.starter import SECOND_VERSIONS, STARTER
from tests.unit.metrics.samples import (
    ATTAINMENT,
    FAILURE_RATE_BY_INCIDENTS,
    HURT_PER_RELEASE,
    LATEST,
    LEAD_TIME,
    MEAN_SIZE,
    OPEN_TICKETS,
    SOURCES,
    TIMES_TO_RESOLVE,
    altered,
)

LENSES = {
    "deployment-frequency": "flow",
    "change-lead-time": "flow",
    "change-failure-rate": "reliability",
    "failed-deployment-recovery-time": "reliability",
    "deployment-rework-rate": "reliability",
}
EVERY = pytest.mark.parametrize("version", [*STARTER, *SECOND_VERSIONS], ids=lambda v: v.slug)


def test_starter__holds_the_five_delivery_metrics_in_their_lenses():
    assert {version.slug: version.lens for version in STARTER} == LENSES


# As the design writes them down; direction, unit and what a freeze pauses are left out there.
AS_DESIGNED = {
    "deployment-frequency": {
        "measure": "rate", "of": {"facts": "deployments", "clock": "finished_at", "where": ["production"]},
    },
    "change-lead-time": {
        "measure": "quantile", "of": {"facts": "changes", "clock": "linked.finished_at"},
        "link": {
            "from": "changes", "at": "merged_at", "to": "deployments", "to_clock": "finished_at",
            "to_where": ["production"], "explicit": ["deployment"], "infer": "first_after", "scope": "service",
            "max_gap": "90d",
        },
        "value": {
            "from": "first_commit_at", "to": "linked.finished_at",
            "stages": [["branch", "first_commit_at", "merged_at"], ["release", "merged_at", "linked.finished_at"]],
        },
    },
    "change-failure-rate": {
        "measure": "ratio", "of": {"facts": "deployments", "clock": "finished_at", "where": ["production"]},
        "numerator": {"where": [["remediated_by", "is", "set"]]},
    },
}  # fmt: skip


@pytest.mark.parametrize("version", STARTER[:3], ids=lambda v: v.slug)
def test_starter__computes_what_the_design_writes_down(version):
    left_out = {key: version.spec[key] for key in ("direction", "unit")}
    designed = parse_spec({**AS_DESIGNED[version.slug], **left_out}, SOURCES)
    assert computing_text(parse_spec(version.spec, SOURCES)) == computing_text(designed)


@EVERY
def test_starter__each_contract_is_whole_and_names_a_known_pair(version):
    contract, problems = read_contract(version.contract)
    assert problems == []
    assert set(contract) == set(KEYS)
    assert contract == version.contract
    assert contract["pair"] in LENSES
    assert contract["pair"] != version.slug


@EVERY
def test_starter__each_reason_is_long_enough_to_be_one(version):
    assert len(version.reason) >= 40


@pytest.mark.parametrize("second", SECOND_VERSIONS, ids=lambda v: v.slug)
def test_second_versions__change_what_is_computed(second):
    first = next(version for version in STARTER if version.slug == second.slug)
    assert computing_text(parse_spec(first.spec, SOURCES)) != computing_text(parse_spec(second.spec, SOURCES))
    assert first.lens == second.lens


FINISHED = "Each deployment counts in the period in which it finished."
SENTENCES = {
    "deployment-frequency": f"Production deployments a week. {FINISHED}",
    "change-lead-time": (
        "Median time from the first commit of each change to the finish of its deployment. "
        "Each change counts in the period in which its deployment finished."
    ),
    "change-failure-rate": f"Share of production deployments that were remediated by another one. {FINISHED}",
    "failed-deployment-recovery-time": (
        "Median time from the finish of each production deployment that was remediated by another one to the finish of "
        f"the one that remediated it. {FINISHED}"
    ),
    "deployment-rework-rate": (
        f"Share of production deployments whose intent is hotfix or rollback, or that remediate another one. {FINISHED}"
    ),
}
SECOND_SENTENCES = {
    "change-lead-time": (
        "Median time from the merge of each change to the finish of its deployment. "
        "Each change counts in the period in which its deployment finished."
    ),
    "change-failure-rate": (
        "Share of production deployments for which the time from their finish to the finish of the one that remediated "
        f"them is at most 30 days. {FINISHED}"
    ),
}


def said_of(document):
    """The whole rule of a spec in words."""
    return say_spec(parse_spec(document, SOURCES))


@pytest.mark.parametrize(
    ("version", "sentences"),
    [*((v, SENTENCES) for v in STARTER), *((v, SECOND_SENTENCES) for v in SECOND_VERSIONS)],
    ids=lambda value: getattr(value, "slug", ""),
)
def test_say_spec__each_starter_definition_in_plain_words(version, sentences):
    assert said_of(version.spec).startswith(f"{sentences[version.slug]} ")


def test_say_spec__the_whole_rule_of_lead_time():
    assert said_of(LEAD_TIME) == (
        "Median time from the first commit of each change to the finish of its deployment. Each change counts in the "
        "period in which its deployment finished. Its deployment is a production deployment: the one it names, else "
        "the first one of the same service that finished at or after its merge, at most 90 days later. Read weekly, "
        "monthly and quarterly. Fewer than 5 are too few to judge. Final 7 days after the period. Lower is better. "
        "Not judged during a freeze."
    )


def test_say_spec__failure_rate_by_incidents_is_seen_from_the_releases():
    said = said_of(FAILURE_RATE_BY_INCIDENTS)
    assert said.startswith(f"Share of production deployments that have a linked incident. {FINISHED} ")
    assert (
        "Each incident whose severity worst is major and whose labels do not include drill is linked to one production "
        "deployment: the one it names, else the last one of the same service that finished at or before its detection, "
        "at most 3\u00a0d earlier, only if the time from the finish of the linked deployment to its detection is at "
        "most 3\u00a0d. "
    ) in said


def test_say_spec__a_link_that_only_follows_what_is_named():
    link = {"from": "changes", "at": "merged_at", "to": "deployments", "explicit": ["deployment"]}
    assert "Its deployment is the one it names. Read" in said_of(altered(LEAD_TIME, "/link", link))


def test_say_spec__a_link_that_is_kept_under_conditions():
    keep = [{"any": [["linked", "is", "some"], ["size", "at_least", 3]]}]
    said = said_of(altered(LEAD_TIME, "/link", {**LEAD_TIME["link"], "keep": keep}))
    assert "at most 90 days later, only if there is a linked deployment or size is at least 3. Read" in said


def test_say_spec__a_link_of_some_facts_only():
    link = {key: value for key, value in LEAD_TIME["link"].items() if key not in ("infer", "max_gap")}
    link |= {"where": [["size", "at_least", 3]]}
    said = said_of(altered(LEAD_TIME, "/link", link))
    assert "Each change whose size is at least 3 is linked to one production deployment: the one it names. Read" in said


def test_say_spec__quotient_and_exclusion():
    said = said_of(HURT_PER_RELEASE)
    assert said.startswith("Hurt seconds over incidents divided by production deployments. ")
    assert (
        "Left out are those (whose intent is rollback, or whose automated is true) and whose size is at most 0: "
        "Nothing new was brought. "
    ) in said
    assert said.endswith("Neither direction is better.")


def test_say_spec__percentile_deadline_rolling_months_and_commitment():
    said = said_of(TIMES_TO_RESOLVE)
    assert said.startswith(
        "85th percentile of the time from the first that is known of its start and its detection to its"
    )
    assert "to its resolution, unfinished ones with their length so far, over incidents for which the finish" in said
    assert "the finish of the one that remediated its deployment is known and whose cost is at least 10.5. " in said
    assert "Each incident counts in the period of its resolution plus 3\u00a0d." in said
    assert "Over 3 months ending with each." in said
    assert "judged exactly" in said


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (ATTAINMENT, "Share of good among valid in sli samples."),
        (LATEST, "Newest cost over incidents, at most 35 days old."),
        (MEAN_SIZE, "Mean size over deployments."),
        (OPEN_TICKETS, "Number of tickets."),
        (
            altered(altered(OPEN_TICKETS, "/of", {**HURT_PER_RELEASE["numerator"][0]}), "/unit", "seconds"),
            "Sum of hurt seconds over incidents.",
        ),
    ],
)
def test_say_spec__every_measure(document, said):
    assert said_of(document).startswith(f"{said} Each ")


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (["labels", "has", "api"], "whose labels include api"),
        (["retro_required", "is", "false"], "whose retro required is false"),
        (["resolved_at", "is", "unset"], "whose resolution is not known"),
        (["deployment.remediates", "is", "unset"], "for which its deployment does not remediate another one"),
        (["deployment.remediated_by", "is", "set"], "for which its deployment was remediated by another one"),
        (
            ["deployment.remediates.size", "at_least", 3],
            "for which the size of the one its deployment remediates is at least 3",
        ),
        (["severity_worst", "not_in", ["minor"]], "whose severity worst is not minor"),
    ],
)
def test_say_spec__conditions_in_words(condition, said):
    document = altered(OPEN_TICKETS, "/of", {"facts": "incidents", "clock": "detected_at", "where": [condition]})
    assert said_of(document).startswith(f"Number of incidents {said}. ")


@pytest.mark.parametrize(
    ("condition", "many", "one"),
    [
        (["remediated_by", "is", "unset"], "that were not remediated by another one", "that was not remediated by"),
        (["remediates", "is", "unset"], "that do not remediate another one", "that does not remediate another one"),
        (["remediates", "is", "set"], "that remediate another one", "that remediates another one"),
        (
            {"from": "remediates.finished_at", "to": "finished_at", "at_most": "9d"},
            "for which the time from the finish of the one they remediate to their finish is at most 9 days",
            "for which the time from the finish of the one it remediates to its finish is at most 9 days",
        ),
    ],
)
def test_say_spec__conditions_of_many_and_of_one(condition, many, one):
    of = {"facts": "deployments", "clock": "finished_at", "where": [condition]}
    assert f"Number of deployments {many}. " in said_of(altered(OPEN_TICKETS, "/of", of))
    assert f"of each deployment {one}" in said_of(
        {
            "measure": "quantile", "of": of, "value": {"from": "started_at", "to": "finished_at"},
            "direction": "neither", "unit": "seconds",
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/purpose", "", "required"),
        ("/purpose", 3, "wrong_type"),
        ("/purpose", "x" * 601, "too_long"),
        ("/pair", "Lead Time", "not_a_slug"),
        ("/prompts", [], "required"),
        ("/prompts", [{"movement": "worsened", "text": "Why?"}] * 6, "too_many"),
        ("/prompts/0/movement", "down", "unknown_value"),
        ("/prompts/0/text", None, "wrong_type"),
        ("/prompts/0", {"movement": "worsened"}, "required"),
        ("/prompts/0", {"text": "Why?"}, "required"),
        ("/prompts/0", "Why?", "wrong_type"),
        ("/owner", "Ana", "unknown_key"),
    ],
)
def test_read_contract__each_fault_has_its_place(pointer, value, code):
    _, problems = read_contract(altered(STARTER[0].contract, pointer, value), "/contract")
    assert {p.code for p in problems} == {code}
    assert all(p.pointer.startswith(f"/contract{pointer}") for p in problems)


def test_read_contract__anything_but_an_object_and_missing_parts():
    assert [p.code for p in read_contract([])[1]] == ["wrong_type"]
    assert {p.pointer for p in read_contract({})[1]} == {f"/{key}" for key in KEYS}
