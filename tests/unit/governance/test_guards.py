"""What the database refuses by itself, whoever speaks to it: approvals by authors, changes to finished previews."""

import pytest
from django.db import DatabaseError, connection, transaction

from apps.core import clock
from apps.governance import operations
from apps.governance.domain.acts import SignatureAct
from apps.governance.models import PreviewRun, Proposal, Signature
from apps.governance.tasks import run_previews
from tests.governed import Path, asked, path

pytestmark = [pytest.mark.sql, pytest.mark.django_db]
__all__ = ["path"]
INSERT = (
    "INSERT INTO governance_signature (revision_id, role, act, signed_at, signed_by_id)"
    " SELECT r.id, 'tech_lead', %s, r.made_at, %s FROM governance_proposalrevision r"
    " WHERE r.proposal_id = %s AND r.number = %s"
)


def run(statement: str, *values: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def revised(path: Path) -> Proposal:
    """Ana drafted it, Cy wrote its second revision."""
    proposal = path.submitted()
    return operations.revise_proposal(
        proposal=proposal, asked=asked("c"), sha256=proposal.revision_sha256, by=path.by("cy")
    )


@pytest.mark.parametrize("name", ["ana", "cy"])
@pytest.mark.parametrize("number", [1, 2])
def test_signature__no_author_of_any_revision_approves(path: Path, name: str, number: int) -> None:
    proposal, person = revised(path), path.organisation.people[name]
    before = Signature.objects.count()
    with pytest.raises(DatabaseError, match="an author of a proposal does not approve it"):
        run(INSERT, "approve", person.pk, proposal.pk, number)
    assert Signature.objects.count() == before


def test_signature__others_approve_and_authors_submit(path: Path) -> None:
    proposal = path.drafted()
    people = path.organisation.people
    run(INSERT, "approve", people["gus"].pk, proposal.pk, 1)
    run(INSERT, "submit", people["ana"].pk, proposal.pk, 1)
    assert set(Signature.objects.values_list("act", flat=True)) == set(SignatureAct)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE governance_previewrun SET result = '{{}}' WHERE id = {pk}",
        "UPDATE governance_previewrun SET finished_at = NULL, result = NULL WHERE id = {pk}",
        "UPDATE governance_previewrun SET engine_version = 'other' WHERE id = {pk}",
        "UPDATE governance_previewrun SET base_numbers = '{{\"a\": 1}}' WHERE id = {pk}",
        "DELETE FROM governance_previewrun WHERE id = {pk}",
    ],
)
def test_preview__a_finished_one_stays_as_it_is(path: Path, statement: str) -> None:
    path.drafted()
    before = PreviewRun.objects.values().get()
    with pytest.raises(DatabaseError, match="written once when finished"):
        run(statement.format(pk=before["id"]))
    assert PreviewRun.objects.values().get() == before


def test_preview__one_under_way_may_change_and_go(path: Path) -> None:
    operations.draft_proposal(asked=asked(), by=path.by("ana"))
    run("UPDATE governance_previewrun SET step = 'half', engine_version = 'other' WHERE finished_at IS NULL")
    assert PreviewRun.objects.get().step == "half"
    run("DELETE FROM governance_previewrun")
    assert PreviewRun.objects.count() == 0


def test_preview__its_duty_may_still_be_said_to_be_done(path: Path) -> None:
    path.drafted()
    PreviewRun.objects.update(attempts=3, last_error="late", done_at=clock.now())
    assert PreviewRun.objects.get().attempts == 3


def test_preview__a_second_worker_finds_it_stored(path: Path) -> None:
    path.drafted()
    run_one = PreviewRun.objects.get()
    operations.store_preview((run_one, {"sections": [], "affected_team_ids": [1], "improves": []}))
    assert PreviewRun.objects.get().result == run_one.result
    assert run_previews() == 0


@pytest.mark.postgres
def test_preview__the_table_is_not_emptied(path: Path) -> None:
    path.drafted()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="written once when finished"):
        run("TRUNCATE governance_previewrun CASCADE")
