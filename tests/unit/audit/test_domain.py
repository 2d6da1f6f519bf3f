"""Text and hash of an event: the worked example of the design, and the words of acts."""

import json
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from apps.audit import domain

WORKED = (
    '{"action":"proposal.submitted","actor":"user:7","at":"2026-05-04T08:30:00.000000Z","data":{"revision":2},'
    '"seq":1,"subject":"proposal:41"}'
)
WORKED_HASH = "94f28827e1a442d57a3c8a218f52119e4747456a57739b0e8cbc4300d218683c"


def test_payload_text__is_the_worked_example() -> None:
    at = datetime(2026, 5, 4, 10, 30, tzinfo=timezone(timedelta(hours=2)))
    text = domain.payload_text(
        seq=1, at=at, actor="user:7", action="proposal.submitted", subject="proposal:41", data={"revision": 2}
    )
    assert text == WORKED
    assert domain.chain_hash(domain.FIRST_PREVIOUS, text) == WORKED_HASH


@given(st.datetimes(timezones=st.just(UTC)), st.text(max_size=20), st.dictionaries(st.text(max_size=5), st.integers()))
def test_payload_text__reads_back_and_agrees_with_its_columns(at: datetime, word: str, data: dict[str, int]) -> None:
    text = domain.payload_text(seq=1, at=at, actor=word, action="a", subject="s", data=data)
    digest = domain.chain_hash(domain.FIRST_PREVIOUS, text)
    row = domain.Row(1, at, word, "a", "s", text, domain.FIRST_PREVIOUS, digest)
    assert json.loads(text)["data"] == data
    assert domain.fault_of(row, 1, domain.FIRST_PREVIOUS) is None
    assert domain.fault_of(row._replace(actor=f"{word}x"), 1, domain.FIRST_PREVIOUS) is not None
    assert domain.fault_of(row, 2, domain.FIRST_PREVIOUS) is not None


def test_words_of__reads_as_words() -> None:
    assert domain.words_of("token.created") == "Token created"
    assert domain.words_of("sign_in.succeeded") == "Signed in"
