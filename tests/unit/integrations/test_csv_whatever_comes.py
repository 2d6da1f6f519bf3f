"""Whatever bytes come, the reader says what it took; the real files are read whole."""

import csv
import io
import lzma
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.integrations.domain.csv_columns import COLUMNS
from apps.integrations.domain.csv_reading import CsvError, CsvKind, open_csv
from apps.portal.demo.packfiles import PACK_DIRECTORY
from tests.unit.integrations.csv_rows import NOW


def read_whatever(content, kind):
    try:
        rows = list(open_csv(io.BytesIO(content), kind, now=NOW))
    except CsvError:
        return []
    for row in rows:
        assert (row.fact is None) == bool(row.errors)
        assert all(error.line >= 2 and error.sentence and error.value.isprintable() for error in row.errors)
    return rows


@given(st.binary(), st.sampled_from(list(CsvKind)))
def test_any_bytes__never_raise(content, kind):
    read_whatever(content, kind)


CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(['"', '""', "\0", "\r", "\n", ";", "2026-08-24T09:40:00Z", "succeeded", "production", "v1", "\t"]),
)


@given(st.sampled_from(list(CsvKind)), st.lists(st.lists(CELLS, max_size=6), max_size=6), st.sampled_from(",;\t"))
def test_any_cells__never_raise_and_stored_text_is_clean(kind, lines, delimiter):
    header = delimiter.join(column.name for column in COLUMNS[kind] if column.is_required)
    text = "\n".join([header, *(delimiter.join(cells) for cells in lines)])
    for row in read_whatever(text.encode("utf-8", "surrogatepass"), kind):
        for value in (row.fact or {}).values():
            assert not isinstance(value, str) or not set(value) & {"\0", "\n", "\r"}
            assert not isinstance(value, datetime) or value.tzinfo is UTC


MINUTES = st.integers(0, 14_000_000).map(lambda minutes: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))
KEYS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=40).filter(str.strip)


@given(st.lists(st.tuples(KEYS, KEYS, MINUTES), max_size=8))
def test_well_written_files__give_back_what_was_written(entries):
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["service", "change", "merged_at"])
    writer.writerows([(service, key, at.isoformat()) for service, key, at in entries])
    rows = read_whatever(written.getvalue().encode(), CsvKind.CHANGES)
    stored = [(row.fact["service"], row.fact["key"], row.fact["merged_at"]) for row in rows if row.fact]
    first = {}
    for service, key, at in entries:
        first.setdefault((service.strip(), key.strip()), at)
    assert stored == [(service, key, at) for (service, key), at in first.items()]


# --- the real pack ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "count", "repeats"),
    [
        (CsvKind.DEPLOYMENTS, 2321, []),
        (CsvKind.CHANGES, 27299, []),
        (CsvKind.REMEDIATIONS, 40, [(19, "2.30.0, 2.32.0", "This row says the same as line 18.")]),
    ],
)
def test_real_pack__is_read_whole_with_its_real_repeats(kind, count, repeats):
    with lzma.open(PACK_DIRECTORY / f"{kind}.csv.xz") as stream:
        rows = list(open_csv(stream, kind, now=NOW))
    assert len(rows) == count
    assert [(e.line, e.value, e.sentence) for row in rows for e in row.errors] == repeats
    assert sum(row.fact is not None for row in rows) == count - len(repeats)
