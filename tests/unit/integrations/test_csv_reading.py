"""Reading CSV files: what is taken, what is refused and where, and that no bytes can break the reader."""

import gzip
import io
import tracemalloc
from datetime import UTC, datetime

import pytest

from apps.integrations.domain import csv_records
from apps.integrations.domain.csv_columns import COLUMNS
from apps.integrations.domain.csv_reading import CsvError, CsvKind, open_csv
from tests.unit.integrations.csv_rows import GOOD, HEADER, NOW, fault_of, refusal, row_of, rows_of


def test_deployments__all_columns_become_fields():
    header = (
        "service,deployment,finished_at,status,started_at,environment,intent,commit,commits,part,line,kind,remediates"
    )
    line = "shop,v1,2026-08-24T09:40:00+02:00,failed,2026-08-24 07:31:00Z,staging,hotfix,9f2c,12,minor,1.0,tag,v0"
    row = row_of(line, header)
    assert row.fact == {
        "service": "shop",
        "key": "v1",
        "started_at": datetime(2026, 8, 24, 7, 31, tzinfo=UTC),
        "finished_at": datetime(2026, 8, 24, 7, 40, tzinfo=UTC),
        "environment": "staging",
        "status": "failed",
        "intent": "hotfix",
        "commit": "9f2c",
        "size": 12,
        "kind": "tag",
        "part": "minor",
        "line": "1.0",
    }
    assert (row.remediation["failed"], row.remediation["fixed_by"]) == ("v0", "v1")
    assert row.remediation["at"] == row.fact["finished_at"]


def test_deployments__absent_columns_take_their_defaults():
    fact = row_of(GOOD).fact
    assert (fact["environment"], fact["intent"], fact["started_at"], fact["size"]) == (
        "production",
        "planned",
        None,
        None,
    )


def test_changes__empty_cells_stay_unknown():
    header = "service,change,merged_at,first_commit_at,deployment"
    fact = row_of("shop,abc,2026-08-24T09:40:00Z,,", header, CsvKind.CHANGES).fact
    assert (fact["first_commit_at"], fact["deployment"]) == (None, "")


def test_changes__a_first_commit_after_the_merge_is_kept_for_the_engine_to_name():
    header = "service,change,merged_at,first_commit_at"
    row = row_of("shop,abc,2026-08-24T09:40:00Z,2026-08-24T10:00:00Z", header, CsvKind.CHANGES)
    assert row.fact["first_commit_at"] > row.fact["merged_at"]


def test_remediations__the_key_is_the_same_wherever_the_row_stands():
    header, turned = "service,failed_deployment,fixed_by_deployment", "fixed_by_deployment,service,failed_deployment"
    one = row_of("shop,v1,v2", header, CsvKind.REMEDIATIONS).fact
    other = row_of("v2,shop,v1", turned, CsvKind.REMEDIATIONS).fact
    assert one["key"] == other["key"]
    assert one["at"] is None
    assert one["key"] != row_of("shop,v2,v1", header, CsvKind.REMEDIATIONS).fact["key"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_form__delimiter_line_end_and_byte_order_mark_are_found_out(delimiter, end, mark):
    text = mark + end.join([HEADER, GOOD, "", GOOD.replace("v1", "v2")]).replace(",", delimiter)
    assert [(row.line, row.fact["key"]) for row in rows_of(text)] == [(2, "v1"), (4, "v2")]


def test_form__quoted_cells_hold_delimiters_quotes_and_line_ends():
    rows = rows_of(f'{HEADER},note\n{GOOD},"a, ""b""\nand c"\nshop,v2,2026-08-24T09:40:00Z,succeeded,d\n')
    assert [(row.line, row.fact["key"]) for row in rows] == [(2, "v1"), (4, "v2")]


def test_form__trailing_delimiters_and_empty_rows_are_no_faults():
    rows = rows_of(f"{HEADER}\n{GOOD},,\n,,,\n   \n")
    assert [row.fact["key"] for row in rows] == ["v1"]


def test_header__case_and_blanks_do_not_matter():
    assert row_of(GOOD, " Service , DEPLOYMENT,Finished At,status").fact["key"] == "v1"


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-08-24T09:40:00Z", datetime(2026, 8, 24, 9, 40, tzinfo=UTC)),
        ("2026-08-24T09:40:00+02:00", datetime(2026, 8, 24, 7, 40, tzinfo=UTC)),
        ("2026-08-24 09:40:00 +0200", datetime(2026, 8, 24, 7, 40, tzinfo=UTC)),
        ("2026-08-24 09:40:00 UTC", datetime(2026, 8, 24, 9, 40, tzinfo=UTC)),
        ("2026-08-24T09:40Z", datetime(2026, 8, 24, 9, 40, tzinfo=UTC)),
        ("2026-08-24T09:40:00.123456789z", datetime(2026, 8, 24, 9, 40, 0, 123456, tzinfo=UTC)),
        ("2026-08-25T12:04:59Z", datetime(2026, 8, 25, 12, 4, 59, tzinfo=UTC)),
        ("2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
    ],
)
def test_time__forms_with_a_zone_are_read(text, instant):
    assert row_of(f"shop,v1,{text},succeeded").fact["finished_at"] == instant


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2026-08-24T09:40:00", "zone_required"),
        ("2026-08-24", "not_a_time"),
        ("24.08.2026 09:40", "not_a_time"),
        ("2026-02-30T09:40:00Z", "not_a_time"),
        ("2026-08-24T25:40:00Z", "not_a_time"),
        ("2026-08-24T09:40:00+99:00", "not_a_time"),
        ("1787731200", "not_a_time"),
        ("yesterday", "not_a_time"),
        ("٢٠٢٦-08-24T09:40:00Z", "not_a_time"),
        ("0001-01-01T00:00:00+02:00", "not_a_time"),
        ("9999-12-31T23:59:59-02:00", "not_a_time"),
        ("1999-12-31T23:59:59Z", "before_2000"),
        ("2026-08-25T12:05:01Z", "in_future"),
        ("", "required"),
    ],
)
def test_time__anything_else_is_located(text, code):
    error = fault_of(f"shop,v1,{text},succeeded")
    assert (error.line, error.column, error.value, error.code) == (2, "finished_at", text, code)
    assert error.sentence.startswith("finished_at")


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("environment", "prod", "unknown_value"),
        ("intent", "whim", "unknown_value"),
        ("commits", "-1", "not_a_count"),
        ("commits", "1.5", "not_a_count"),
        ("commits", "99999999999", "not_a_count"),
        ("commits", "²", "not_a_count"),
        ("commit", "a" * 65, "too_long"),
        ("remediates", "k" * 201, "too_long"),
        ("started_at", "2026-08-24T09:41:00Z", "ends_before_start"),
    ],
)
def test_optional_cell__a_bad_one_is_located(column, cell, code):
    error = fault_of(f"{GOOD},{cell}", f"{HEADER},{column}")
    expected = "finished_at" if code == "ends_before_start" else column
    assert (error.line, error.column, error.code) == (2, expected, code)


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (",v1,2026-08-24T09:40:00Z,succeeded", "service", "required"),
        ("shop,,2026-08-24T09:40:00Z,succeeded", "deployment", "required"),
        ("shop,v1,2026-08-24T09:40:00Z,", "status", "required"),
        ("shop,v1,2026-08-24T09:40:00Z,green", "status", "unknown_value"),
        ("shop,v\x001,2026-08-24T09:40:00Z,succeeded", "deployment", "control_character"),
        ("shop,v\x1b1,2026-08-24T09:40:00Z,succeeded", "deployment", "control_character"),
        ("shop,v\ud8001,2026-08-24T09:40:00Z,succeeded", "deployment", "not_utf8"),
        ("shop," + "v" * 201 + ",2026-08-24T09:40:00Z,succeeded", "deployment", "too_long"),
        ("shop,v1,2026-08-24T09:40:00Z", "", "ragged_row"),
        (GOOD + ",more", "", "ragged_row"),
        ('shop,"v1,2026-08-24T09:40:00Z,succeeded', "", "lone_quote"),
        ('shop,v"1,2026-08-24T09:40:00Z,succeeded', "", "lone_quote"),
        ('shop,"v1"x,2026-08-24T09:40:00Z,succeeded', "", "lone_quote"),
        (GOOD + "x" * 70_000, "", "line_too_long"),
    ],
)
def test_row__a_bad_one_is_located_and_the_next_is_read(line, column, code):
    bad, good = rows_of(f"{HEADER}\n{line}\n{GOOD}\n")
    assert bad.fact is None
    assert [(error.line, error.column, error.code) for error in bad.errors] == [(2, column, code)]
    assert len(bad.errors[0].value) <= 100
    assert bad.errors[0].value.isprintable()
    assert (good.line, good.fact["key"]) == (3, "v1")


def test_row__latin_1_is_located():
    bad, good = rows_of(f"{HEADER}\nsh\xf6p,v1,2026-08-24T09:40:00Z,succeeded\n{GOOD}\n".encode("latin-1"))
    assert (bad.errors[0].column, bad.errors[0].code) == ("service", "not_utf8")
    assert good.fact is not None


def test_row__all_its_faults_are_told_at_once():
    row = row_of("shop,,soon,green")
    assert [(error.column, error.code) for error in row.errors] == [
        ("deployment", "required"),
        ("finished_at", "not_a_time"),
        ("status", "unknown_value"),
    ]


def test_lone_quotes__two_of_them_do_not_swallow_the_rows_between():
    lines = [HEADER, 'shop,"v1,2026-08-24T09:40:00Z,succeeded', GOOD, 'shop,v3",2026-08-24T09:40:00Z,succeeded', GOOD]
    rows = rows_of("\n".join(lines))
    assert [row.errors[0].code if row.errors else row.fact["key"] for row in rows] == [
        "lone_quote",
        "v1",
        "lone_quote",
        "row_twice",
    ]


def test_repeats__name_the_first_line():
    other = GOOD.replace("succeeded", "failed")
    first, twice, differs, elsewhere = rows_of("\n".join([HEADER, GOOD, GOOD, other, GOOD.replace("shop", "till")]))
    assert first.fact is not None
    assert (twice.errors[0].code, twice.errors[0].sentence) == ("row_twice", "This row says the same as line 2.")
    assert differs.errors[0].code == "key_twice"
    assert "Line 2" in differs.errors[0].sentence
    assert elsewhere.fact is not None


def test_repeats__a_bad_row_does_not_claim_its_key():
    bad, good = rows_of("\n".join([HEADER, GOOD.replace("Z", ""), GOOD]))
    assert bad.errors[0].code == "zone_required"
    assert good.fact is not None


# --- the file as a whole ----------------------------------------------------------------------------------------


def test_missing_column__names_it_and_those_found():
    problem = refusal("service,finished_at,status\nshop,2026-08-24T09:40:00Z,succeeded\n")
    assert problem.code == "missing_column"
    assert "column deployment" in problem.sentence
    assert "service, finished_at, status" in problem.sentence


def test_misspelt_column__is_not_taken_for_an_empty_one():
    problem = refusal(f"{HEADER},enviroment\n{GOOD},staging\n")
    assert problem.code == "unknown_column"
    assert "enviroment is not known; environment is" in problem.sentence


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty_file"),
        ("\n \n", "empty_file"),
        (f"{HEADER},status\n{GOOD},failed\n", "column_twice"),
        (f"{HEADER},commits,size\n{GOOD},1,2\n", "column_twice"),
        (f'"{HEADER}\n{GOOD}\n', "header_quotes"),
        (f"{HEADER}\n{GOOD}\n".encode("utf-16"), "not_utf8"),
        (gzip.compress(f"{HEADER}\n{GOOD}\n".encode(), mtime=0), "not_utf8"),
        ("x" * 70_000, "header_too_long"),
    ],
)
def test_file__that_cannot_be_read_gets_one_error(content, code):
    assert refusal(content).code == code


@pytest.mark.parametrize("kind", list(CsvKind))
def test_person_columns__are_dropped_with_a_notice(kind):
    persons = ["author", "assignee", "reviewer", "actor", "login", "email", "name", "committer", "user", "owner"]
    persons += ["Author Name", "merged_by", "user_login"]
    required = [column.name for column in COLUMNS[kind] if column.is_required]
    cells = {"finished_at": "2026-08-24T09:40:00Z", "merged_at": "2026-08-24T09:40:00Z", "status": "succeeded"}
    line = [cells.get(name, "x") for name in required] + ["canary"] * len(persons)
    reading = open_csv(
        io.BytesIO(",".join([*required, *persons]).encode() + b"\n" + ",".join(line).encode()), kind, now=NOW
    )
    (row,) = list(reading)
    assert "canary" not in str(row)
    (notice,) = reading.notices
    assert notice.startswith("Dropped, as facts hold no persons: author, assignee")
    assert "merged_by" in notice


def test_other_columns__are_told_as_not_read():
    reading = open_csv(io.BytesIO(f"{HEADER},colour\n{GOOD},blue\n".encode()), CsvKind.DEPLOYMENTS, now=NOW)
    assert reading.notices == ("Not read, as they are not known: colour.",)
    assert "colour" not in next(iter(reading)).fact


class Endless(io.RawIOBase):
    """A file of good rows without an end, which cannot be asked for its size."""

    def __init__(self):
        super().__init__()
        self.served = 0

    def readable(self):
        return True

    def read(self, size=-1):
        data = (f"{HEADER}\n" if self.served == 0 else f"{GOOD}\n" * (size // 40)).encode()
        self.served += len(data)
        return data


def test_large_file__is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(f"{HEADER}\n".encode())
        file.truncate(200 * 1024 * 1024)
    with path.open("rb") as file, pytest.raises(CsvError) as caught:
        open_csv(file, CsvKind.DEPLOYMENTS, now=NOW)
    assert caught.value.code == "too_large"
    assert "50 MiB" in caught.value.sentence


def test_large_stream__is_refused_in_bounded_memory(monkeypatch):
    monkeypatch.setattr(csv_records, "FILE_BYTES", 1024 * 1024)
    stream = Endless()
    tracemalloc.start()
    with pytest.raises(CsvError) as caught:
        for _ in open_csv(stream, CsvKind.DEPLOYMENTS, now=NOW):
            pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert caught.value.code == "too_large"
    assert stream.served <= csv_records.FILE_BYTES + (1 << 17)
    assert peak < 512 * 1024


def test_rows__more_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(csv_records, "FILE_ROWS", 3)
    assert len(rows_of(f"{HEADER}\n" + f"{GOOD}\n" * 3)) == 3
    assert refusal(f"{HEADER}\n" + f"{GOOD}\n" * 4).code == "too_many_rows"
