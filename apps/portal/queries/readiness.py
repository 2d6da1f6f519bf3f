"""What stands between this process and serving."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.serving import list_role_problems


def list_obstacles() -> list[str]:
    """Sentences that say why pages cannot be served now; empty when they can."""
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        roles = list_role_problems() if settings.PLUMBLINE_REQUIRE_SERVING_ROLE else []
    except DatabaseError:
        return ["The database does not answer."]
    return [*([f"{len(waiting)} migrations wait to be applied."] if waiting else []), *roles]
