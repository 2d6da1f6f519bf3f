"""Saving drafts: revisions, three texts where two wrote, rows that come back; two browsers lose no word."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.problems import Absent, Conflict, Forbidden, Invalid
from apps.incidents.domain.conflicts import RevisionConflict, both, differences
from apps.incidents.domain.retro_words import RowKind, SectionKey
from apps.incidents.models import Retro, RetroRevision, RetroRow
from apps.incidents.operations import retro_saving as operations
from apps.incidents.operations.retro_saving import RowStep, Written
from apps.incidents.queries import retros
from tests.incidents import NOW
from tests.learning import add, fill, publish, resolved_incident, retro_of, write, written
from tests.personas import Organisation, principal_of

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
S, R = SectionKey, RowKind


@pytest.fixture(autouse=True)
def _in_may() -> Iterator[None]:
    with clock.playing(NOW):
        yield


@pytest.fixture
def retro(organisation: Organisation) -> Retro:
    return retro_of(resolved_incident())


@pytest.fixture
def dee_(organisation: Organisation):
    return principal_of(organisation.people["dee"])


def test_save__each_is_a_revision_that_stays_and_no_audit_entry(retro: Retro, dee_) -> None:
    before = AuditEvent.objects.count()
    write(retro, S.SUMMARY, dee_, what_happened="First.")
    write(retro, S.SUMMARY, dee_, what_happened="Second.")
    said = [row.texts["what_happened"] for row in retros.list_revisions(retro, S.SUMMARY)]
    assert said == ["Second.", "First."]
    assert AuditEvent.objects.count() == before


def test_save__of_the_same_again_is_no_revision(retro: Retro, dee_) -> None:
    first = write(retro, S.SUMMARY, dee_, what_happened="Once.\r\nTwice.")
    again = write(retro, S.SUMMARY, dee_, revision=1, what_happened="Once.\nTwice.")
    assert (first.revision, again.revision) == (2, 2)


def test_save__what_is_absent_stays(retro: Retro, dee_) -> None:
    write(retro, S.SUMMARY, dee_, what_happened="Kept.")
    assert write(retro, S.SUMMARY, dee_, users="12").texts == {"what_happened": "Kept.", "users": "12"}


def test_save__on_an_older_revision_shows_three_texts_and_writes_nothing(retro: Retro, dee_) -> None:
    write(retro, S.SUMMARY, dee_, what_happened="It was.")
    write(retro, S.SUMMARY, dee_, what_happened="Theirs.")
    with pytest.raises(RevisionConflict) as caught:
        write(retro, S.SUMMARY, dee_, revision=2, what_happened="Yours.")
    clash = caught.value.clash
    (three,) = differences(clash.base, clash.theirs, clash.yours)
    assert (three.base, three.theirs, three.yours, clash.revision) == ("It was.", "Theirs.", "Yours.", 3)
    assert retros.get_section(retro, S.SUMMARY).texts["what_happened"] == "Theirs."


def test_save__of_one_part_that_clashes_still_saves_the_other(retro: Retro, dee_) -> None:
    row = add(retro, R.FACTOR, dee_, sentence="Base")
    operations.save_row(retro=retro, key=row.key, values={"sentence": "Theirs"}, revision=1, by=dee_)
    saved = operations.save_page(
        retro=retro, section=S.FACTORS, by=dee_,
        written=[written("", 1, conditions="New"), written(row.key, 1, sentence="Yours")],
    )  # fmt: skip
    (clash,) = saved.clashes
    assert (clash.key, clash.theirs["sentence"], clash.yours["sentence"]) == (row.key, "Theirs", "Yours")
    assert retros.get_section(retro, S.FACTORS).texts == {"conditions": "New"}


def test_save__of_a_page_nobody_typed_on_takes_what_the_other_wrote(retro: Retro, dee_) -> None:
    write(retro, S.SUMMARY, dee_, what_happened="Base.")
    write(retro, S.SUMMARY, dee_, what_happened="Theirs.")
    saved = operations.save_page(
        retro=retro, section=S.SUMMARY, written=[written("", 2, what_happened="Base.")], by=dee_
    )
    assert (saved.clashes, saved.revisions[""]) == ([], 3)
    assert saved.newer[""]["what_happened"] == "Theirs."


def test_rows__are_added_moved_removed_and_brought_back(retro: Retro, dee_) -> None:
    first, second = (add(retro, R.FACTOR, dee_, sentence=text) for text in ("First", "Second"))
    operations.move_row(retro=retro, key=second.key, up=True, by=dee_)
    operations.move_row(retro=retro, key=second.key, up=True, by=dee_)
    operations.remove_row(retro=retro, key=first.key, revision=1, by=dee_)
    assert [row.values["sentence"] for row in retros.get_draft(retro).rows_of(R.FACTOR)] == ["Second"]
    operations.restore_row(retro=retro, key=first.key, by=dee_)
    assert [row.values["sentence"] for row in retros.get_draft(retro).rows_of(R.FACTOR)] == ["Second", "First"]
    assert RetroRevision.objects.filter(part=first.key).count() == 3


def test_rows__one_that_was_changed_meanwhile_is_not_removed(retro: Retro, dee_) -> None:
    row = add(retro, R.FACTOR, dee_, sentence="Base")
    operations.save_row(retro=retro, key=row.key, values={"sentence": "Theirs"}, revision=1, by=dee_)
    with pytest.raises(RevisionConflict):
        operations.remove_row(retro=retro, key=row.key, revision=1, by=dee_)
    assert not RetroRow.objects.get(key=row.key).is_removed


def test_rows__a_text_for_a_row_that_was_removed_is_shown_and_can_bring_it_back(retro: Retro, dee_) -> None:
    row = add(retro, R.FACTOR, dee_, sentence="Base")
    operations.remove_row(retro=retro, key=row.key, revision=1, by=dee_)
    sent = [Written({"sentence": "Mine"}, 1, row.key)]
    (clash,) = operations.save_page(retro=retro, section=S.FACTORS, written=sent, by=dee_).clashes
    assert clash.is_removed
    chosen = [Written({"sentence": "Mine"}, clash.revision, row.key, brings_back=True)]
    assert operations.save_page(retro=retro, section=S.FACTORS, written=chosen, by=dee_).clashes == []
    assert [one.values["sentence"] for one in retros.get_draft(retro).rows_of(R.FACTOR)] == ["Mine"]


def test_step__of_a_button_is_not_done_where_texts_clash(retro: Retro, dee_) -> None:
    write(retro, S.ACTIONS, dee_, left="Base")
    write(retro, S.ACTIONS, dee_, left="Theirs")
    step = RowStep("add", kind=R.ACTION)
    sent = [written("", 2, left="Yours")]
    saved = operations.save_page(retro=retro, section=S.ACTIONS, written=sent, step=step, by=dee_)
    assert (len(saved.clashes), len(retros.list_rows(retro))) == (1, 0)
    sent = [written("", 3, left="Both")]
    saved = operations.save_page(retro=retro, section=S.ACTIONS, written=sent, step=step, by=dee_)
    assert (saved.clashes, len(retros.list_rows(retro)), bool(saved.row)) == ([], 1, True)


@pytest.mark.parametrize(
    ("texts", "code", "pointer"),
    [
        ({"what_happened": "x" * 50_001}, "too_long", "/what_happened"),
        ({"users": "9" * 301}, "too_long", "/users"),
        ({"what_happened": "a\0b"}, "nul_not_allowed", "/what_happened"),
        ({"who_did_it": "x"}, "unknown_field", "/who_did_it"),
        ({"what_happened": 7}, "wrong_type", "/what_happened"),
    ],
)
def test_save__what_cannot_be_stored_is_refused_at_its_place(retro: Retro, dee_, texts, code, pointer) -> None:
    with pytest.raises(Invalid) as caught:
        operations.save_page(retro=retro, section=S.SUMMARY, written=[Written(texts, 1)], by=dee_)
    (error,) = caught.value.errors
    assert (error.code, error.pointer) == (code, pointer)
    assert retros.get_section(retro, S.SUMMARY).revision == 1


def test_save__a_section_with_all_its_rows_has_fifty_thousand_characters(retro: Retro, dee_) -> None:
    rows = [add(retro, R.FACTOR, dee_) for _ in range(2)]
    sent = [written("", 1, conditions="x" * 49_900), *(written(row.key, 1, sentence="y" * 100) for row in rows)]
    with pytest.raises(Invalid) as caught:
        operations.save_page(retro=retro, section=S.FACTORS, written=sent, by=dee_)
    assert "this one, with its rows, has 50,100" in caught.value.errors[0].detail
    assert retros.get_section(retro, S.FACTORS).texts == {}


def test_save__the_most_rows(retro: Retro, dee_) -> None:
    RetroRow.objects.bulk_create(
        RetroRow(retro=retro, key=f"k{n}", kind="factor", values={}, position=n, saved_at=NOW) for n in range(500)
    )
    with pytest.raises(Invalid) as caught:
        add(retro, R.ACTION, dee_)
    assert caught.value.errors[0].code == "out_of_range"


def test_add__the_same_key_again_answers_the_first(retro: Retro, dee_) -> None:
    first, is_new = operations.add_row(retro=retro, kind=R.FACTOR, values={"sentence": "a"}, key="mine", by=dee_)
    again, is_newer = operations.add_row(retro=retro, kind=R.FACTOR, values={"sentence": "b"}, key="mine", by=dee_)
    assert (first.pk, is_new, is_newer, again.values) == (again.pk, True, False, {"sentence": "a"})


def test_save__by_another_team_is_refused(retro: Retro, organisation: Organisation) -> None:
    with pytest.raises(Forbidden):
        write(retro, S.SUMMARY, principal_of(organisation.people["eli"]), what_happened="x")


def test_save__a_row_of_another_retro_is_absent(retro: Retro, dee_) -> None:
    other = add(retro_of(resolved_incident(day=5)), R.FACTOR, dee_)
    with pytest.raises(Absent):
        operations.save_page(retro=retro, section=S.FACTORS, written=[written(other.key, 1, sentence="x")], by=dee_)


def test_save__after_publication_needs_an_amendment(retro: Retro, organisation: Organisation, dee_) -> None:
    publish(fill(retro, dee_), principal_of(organisation.people["ana"]))
    with pytest.raises(Conflict) as caught:
        write(retro, S.SUMMARY, dee_, what_happened="Later.")
    assert caught.value.code == "retro_published"


ACTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["read", "save"]), st.sampled_from(["what_happened", "users"])),
    min_size=1, max_size=14,
)  # fmt: skip


@given(acts=ACTS)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_two_browsers__any_interleaving_loses_no_word(organisation: Organisation, dee_, acts) -> None:
    """Each save adds a word of its own; whatever happens, every word stands in the section at the end."""
    retro = retro_of(resolved_incident())
    seen = {who: _read(retro) for who in "ab"}
    words: dict[str, set[str]] = {"what_happened": set(), "users": set()}
    for number, (who, act, name) in enumerate(acts):
        if act == "read":
            seen[who] = _read(retro)
            continue
        word = f"<{number}>"
        words[name].add(word)
        texts = {**seen[who][0], name: seen[who][0].get(name, "") + word}
        seen[who] = _save_or_choose(retro, dee_, texts, seen[who][1])
    stands = retros.get_section(retro, S.SUMMARY).texts
    for name, said in words.items():
        assert all(word in stands.get(name, "") for word in said)


def _read(retro: Retro) -> tuple[dict[str, str], int]:
    section = retros.get_section(retro, S.SUMMARY)
    return dict(section.texts), section.revision


def _save_or_choose(retro: Retro, by, texts: dict[str, str], revision: int) -> tuple[dict[str, str], int]:
    """Save; where somebody else did, read the three texts and keep both."""
    try:
        operations.save_section(retro=retro, key=S.SUMMARY, texts=texts, revision=revision, by=by)
    except RevisionConflict as conflict:
        clash = conflict.clash
        chosen = {three.name: both(three) for three in differences(clash.base, clash.theirs, clash.yours)}
        operations.save_section(retro=retro, key=S.SUMMARY, texts=chosen, revision=clash.revision, by=by)
    return _read(retro)
