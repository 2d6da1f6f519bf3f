"""Rows, faults and refusals of a CSV text."""

import io
from datetime import UTC, datetime

import pytest

from apps.integrations.domain.csv_reading import CsvError, CsvKind, open_csv

NOW = datetime(2026, 8, 25, 12, tzinfo=UTC)
HEADER = "service,deployment,finished_at,status"
GOOD = "shop,v1,2026-08-24T09:40:00Z,succeeded"


def rows_of(text, kind=CsvKind.DEPLOYMENTS, now=NOW):
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return list(open_csv(io.BytesIO(content), kind, now=now))


def row_of(line, header=HEADER, kind=CsvKind.DEPLOYMENTS):
    (row,) = rows_of(f"{header}\n{line}\n", kind)
    return row


def fault_of(line, header=HEADER, kind=CsvKind.DEPLOYMENTS):
    row = row_of(line, header, kind)
    assert row.fact is None
    (error,) = row.errors
    return error


def refusal(text, kind=CsvKind.DEPLOYMENTS):
    with pytest.raises(CsvError) as caught:
        rows_of(text, kind)
    return caught.value
