"""OpenSLO as JSON, faults at the places of the file that they came from, and edits of what was exported."""

import json

import pytest
import yaml

from apps.objectives.domain.openslo_reading import ImportRead
from apps.objectives.domain.openslo_writing import Exported, write_openslo
from apps.objectives.domain.yaml_writing import write_yaml
from tests.unit.objectives.test_openslo import (
    CANARY,
    PULLED,
    SLI,
    SLO,
    SOURCE,
    _promise,
    _spec,
    faults_of,
    read,
)

OBJECTS = [yaml.safe_load(text) for text in (SLO, SLI, SOURCE)]


def as_json(objects: object, **how: object) -> str:
    """The objects as JSON."""
    return json.dumps(objects, **how)


@pytest.mark.parametrize("indent", [None, 2, "\t"])
def test_json__is_read_like_yaml(indent: str | int | None) -> None:
    found = read(a=as_json(OBJECTS, indent=indent))
    assert (found.file_faults, faults_of(found)) == ({}, [])
    assert found.objectives == read(a=SLO, b=SLI, c=SOURCE).objectives
    assert [one.pointer for one in found.verdicts] == ["/0/0", "/0/1", "/0/2"]


def test_json__characters_above_the_basic_plane_are_written_as_two_halves() -> None:
    text = as_json(OBJECTS).replace("Checkout works", "Checkout \\ud83d\\ude00")
    assert "\\ud83d\\ude00" in text
    (one,) = read(a=text).objectives
    assert one.promise["name"] == "Checkout \U0001f600"
    halved = text.replace("\\ude00", "")
    assert faults_of(read(a=halved)) == [("/0/0/metadata/displayName", "not_text")]


def test_yaml__halves_of_a_character_are_joined_or_refused_wherever_they_stand() -> None:
    joined = SLO.replace("Checkout works", '"Checkout \\ud83d\\ude00"')
    assert read(a=joined, b=SLI, c=SOURCE).objectives[0].promise["name"] == "Checkout \U0001f600"
    alone = SLO.replace("name: checkout,", 'name: checkout, labels: {mood: "\\ud83d"},')
    assert faults_of(read(a=alone, b=SLI, c=SOURCE)) == [("/0/metadata/labels/mood", "not_text")]


def test_json__is_refused_as_strictly() -> None:
    twice = as_json(OBJECTS).replace('"kind": "SLO"', '"kind": "SLO", "kind": "SLO"')
    assert faults_of(read(a=twice)) == [("/0/0/kind", "repeated")]
    secret = as_json(OBJECTS).replace('"type": "Prometheus"', f'"type": "Prometheus", "clientsecret": "{CANARY}"')
    assert faults_of(read(a=secret)) == [("/0/2/spec/clientsecret", "secret")]
    assert CANARY not in repr(read(a=secret))
    assert read(a='{"a":' * 41 + "1" + "}" * 41).file_faults["a"][0].code == "too_deep"
    assert read(a="[" * 100_000).file_faults["a"][0].code == "too_deep"
    assert read(a='{"a": 1').file_faults["a"][0].code == "not_yaml"


def test_json__a_list_says_the_path_of_each_item() -> None:
    text = as_json({"apiVersion": "openslo/v1", "kind": "List", "items": OBJECTS}).replace("0.997", "9.97")
    assert faults_of(read(a=text)) == [("/0/items/0/spec/objectives/0/target", "out_of_range")]


THRESHOLD = SLO.replace(
    "indicatorRef: checkout-good",
    "indicator: {spec: {thresholdMetric: {metricSource: {type: prometheus, spec: {query: latency_seconds}}}}}",
)


@pytest.mark.parametrize(
    ("said", "field", "code"),
    [
        ("value: 0.25", "op", "unknown_value"), ("op: eq, value: 0.25", "op", "unknown_value"),
        ("op: lte", "value", "required"), ("op: lte, value: fast", "value", "required"),
    ],
)  # fmt: skip
def test_threshold__needs_an_operator_and_a_number(said: str, field: str, code: str) -> None:
    found = read(a=THRESHOLD.replace("{target: 0.99700}", f"{{target: 0.9, {said}}}"))
    assert faults_of(found) == [(f"/0/spec/objectives/0/{field}", code)]


@pytest.mark.parametrize(
    ("written", "window"),
    [
        ("{duration: 7d}", {"rolling_days": 7}), ("{duration: 2w}", {"rolling_days": 14}),
        ("{duration: 1M, isRolling: true}", {"rolling_days": 30}), ("{duration: 1Q}", {"rolling_days": 90}),
        ("{duration: 1w, calendar: {startTime: 2026-01-05 00:00:00}}", {"calendar": "week"}),
        ("{duration: 1M, isRolling: false, calendar: {startTime: 2026-02-01}}", {"calendar": "month"}),
        ("{duration: 1Q, calendar: {startTime: 2026-04-01, timeZone: Europe/Madrid}}", {"calendar": "quarter"}),
    ],
)  # fmt: skip
def test_window__rolls_or_follows_the_calendar(written: str, window: dict[str, object]) -> None:
    (one,) = read(a=SLO.replace("{duration: 4w, isRolling: true}", written), b=SLI, c=SOURCE).objectives
    assert one.promise["window"] == window


@pytest.mark.parametrize(
    "written",
    ["{duration: 2Q}", "{duration: 12h}", "{duration: 1w, calendar: {startTime: 2026-01-01 00:00:00}}",
     "{duration: 1Q, calendar: {startTime: 2026-02-01 00:00:00}}", "{duration: 1d, calendar: {startTime: 2026-02-01}}"],
)  # fmt: skip
def test_window__of_no_natural_length_or_start_is_refused(written: str) -> None:
    found = read(a=SLO.replace("{duration: 4w, isRolling: true}", written), b=SLI, c=SOURCE)
    ((place, _),) = faults_of(found)
    assert place.startswith("/0/spec/timeWindow/0/")


def test_indicator__has_a_ratio_or_a_threshold_and_not_both() -> None:
    both = SLI.replace("  ratioMetric:", "  thresholdMetric: {}\n  ratioMetric:")
    neither = SLI[: SLI.index("spec:")] + "spec: {description: nothing}\n"
    for text in (both, neither):
        assert ("/0/spec", "required") in faults_of(read(a=SLO, b=text, c=SOURCE))


def test_names__alike_are_refused_in_both_objects() -> None:
    found = read(a=SLO, b=SLI, c=SOURCE, d=SLO)
    assert faults_of(found) == [("/0/metadata/name", "repeated")] * 2


def exported(**sli: object) -> str:
    """An export of one objective."""
    one = Exported("checkout", "checkout-good", "shop", _spec(**(sli or PULLED)), _promise())
    return write_openslo([one], zone_name="Europe/Madrid")


def edited(old: str, new: str, count: int = -1) -> ImportRead:
    """That export with an edit by hand."""
    text = exported()
    assert old in text
    return read(a=text.replace(old, new, count))


ANNOTATED = [
    ('"exemptable":[', '"exemptable":["never",', "/3/metadata/annotations/plumbline~1promise"),
    ('"revisit_on":"2027-01-31"', '"revisit_on":"soon"', "/3/metadata/annotations/plumbline~1promise"),
    ('"measured_at":"edge"', '"measured_at":"moon"', "/2/metadata/annotations/plumbline~1indicator"),
    ('"kind":"availability"', '"kind":"mood"', "/2/metadata/annotations/plumbline~1indicator"),
    ("description: Agreed with sales", f"description: {'x' * 2001}", "/3/spec/description"),
    ("description: Buyers", f"description: {'x' * 2001}", "/2/spec/description"),
    ("query: sum by (tenant)(increase(a[$window]))", "query: sum(a)",
     "/2/spec/ratioMetric/total/metricSource/spec/query"),
    ("target: 0.997\n", "target: 0.99999999999\n", "/3/spec/objectives/0/target"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "pointer"), ANNOTATED)
def test_faults__stand_at_a_path_of_the_file(old: str, new: str, pointer: str) -> None:
    found = edited(old, new)
    assert pointer in [place for place, _ in faults_of(found)], faults_of(found)
    documents = list(yaml.safe_load_all(exported().replace(old, new)))
    for place, _ in faults_of(found):
        at: object = documents
        for step in place.split("/")[1:]:
            at = at[int(step) if isinstance(at, list) else step.replace("~1", "/")]


def test_faults__of_names_and_targets_stand_in_plain_files_too() -> None:
    long = read(a=SLO.replace("target: 0.99700", "targetPercent: 99.99999999999"), b=SLI, c=SOURCE)
    assert faults_of(long) == [("/0/spec/objectives/0/targetPercent", "too_long")]
    shown = read(a=SLO.replace("Checkout works", '"a\\x07b"'), b=SLI, c=SOURCE)
    assert faults_of(shown) == [("/0/metadata/displayName", "not_text")]


def test_faults__of_an_sli_in_another_file_name_that_file() -> None:
    found = read(a=SLO, b=SLI.replace("counter: true", "counter: false"), c=SOURCE)
    assert all(one.detail.startswith("In b: ") for verdict in found.verdicts for one in verdict.faults)
    together = read(a=f"{SLO}---{SLI.replace('counter: true', 'counter: false')}---{SOURCE}")
    assert not any("In a" in one.detail for verdict in together.verdicts for one in verdict.faults)


def test_export__edited_words_win_over_the_annotations() -> None:
    assert edited("description: Agreed with sales", "description: Agreed anew").objectives[0].promise["rationale"] == (
        "Agreed anew"
    )
    assert edited("description: Buyers", "description: Sellers").objectives[0].indicator["hurts"] == "Sellers"
    assert edited("displayName: Checkout\n", "displayName: Paying\n").objectives[0].indicator["name"] == "Paying"
    # The name of a promise stands twice in an export; whichever was edited is meant.
    of_slo, of_objective = "  displayName: Checkout works\n", "  - displayName: Checkout works\n"
    for old in (of_slo, of_objective):
        text = exported().replace(f"\n{old}", f"\n{old.replace('Checkout', 'Paying')}", 1)
        assert text != exported()
        assert read(a=text).objectives[0].promise["name"] == "Paying works"
    gone = edited("  description: Agreed with sales\n", "").objectives[0]
    assert gone.promise["rationale"] == "Agreed with sales"


@pytest.mark.parametrize(
    "text",
    [f"{SOURCE}---{SLI}---{SLO}", as_json(OBJECTS), as_json({"kind": "List", "items": OBJECTS}), exported(),
     SLO.replace("works", "works \U0001f600").replace("0.99700", "0.997, value: 1E3")],
)  # fmt: skip
def test_documents__written_again_are_read_alike(text: str) -> None:
    found = read(a=f"# {CANARY}\n{text}" if not text.startswith(("[", "{")) else text)
    written = write_yaml(*found.documents["a"], is_short=True)
    assert CANARY not in written
    again = read(a=written)
    assert (again.verdicts, again.objectives) == (found.verdicts, found.objectives)
