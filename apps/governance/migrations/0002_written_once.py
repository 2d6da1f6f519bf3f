"""From here on the database itself refuses to change what people signed and wrote."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from apps.core.triggers import WrittenOnce, WrittenOnceButEnded

ENDING = ["ended_at", "ended_by_id", "ended_proposal_id"]


class Migration(migrations.Migration):
    """Safe before and after the code is deployed: nothing updates or deletes these rows."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("governance", "0001_initial")]

    operations: ClassVar[list[Operation]] = [
        WrittenOnce("governance_proposalrevision"),
        WrittenOnce("governance_signature"),
        WrittenOnce("governance_comment"),
        WrittenOnceButEnded(
            "governance_exemption",
            [
                "id",
                "number",
                "kind",
                "team_id",
                "service_id",
                "definitions",
                "facts",
                "slice",
                "reason",
                "starts_at",
                "expires_at",
                "renews_id",
                "proposal_id",
                "approved_at",
                "approved_by_id",
                "seq",
            ],
            [*ENDING, "ended_seq"],
        ),
        WrittenOnceButEnded(
            "governance_freezewindow",
            [
                "id",
                "number",
                "name",
                "team_id",
                "reason",
                "starts_on",
                "last_on",
                "proposal_id",
                "approved_at",
                "approved_by_id",
            ],
            ENDING,
        ),
    ]
