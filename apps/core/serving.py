"""Whether the database role of this process could undo what is written once: it must own nothing on PostgreSQL."""

import logging

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

logger = logging.getLogger(__name__)

# Tables whose rows are written once, and whether this role can act as their owner or change their rows. Who owns a
# table, or is a member of the role that does, can lift its triggers; a superuser can everything.
_RIGHTS = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
  array_agg(c.relname::text ORDER BY c.relname) FILTER (WHERE pg_has_role(current_user, c.relowner, 'MEMBER')),
  array_agg(c.relname::text ORDER BY c.relname) FILTER (WHERE has_table_privilege(c.oid, 'UPDATE, DELETE, TRUNCATE'))
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace = current_schema()::regnamespace AND t.tgname = c.relname || '_refuse_truncate'
"""
REMEDY = "Serve as a role of its own, and run `manage.py grant_app_role` as the owner after each migration."


def list_role_problems() -> list[str]:
    """Why this role is not one to serve with; empty on SQLite, which has no roles."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        is_superuser, owned, changed = cursor.execute(_RIGHTS).fetchone()
    if is_superuser:
        return ["The database role is a superuser, so it can change what is written once."]
    if owned:
        return [f"The database role owns tables that are written once: {_some(owned)}."]
    if changed:
        return [f"The database role may change tables that are written once: {_some(changed)}."]
    return []


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def require_serving_role() -> None:
    """Refuse to start where production asks for a role that owns nothing and this one does.

    A database that does not answer yet is no reason: `/readyz` asks again once it does.
    """
    if not settings.PLUMBLINE_REQUIRE_SERVING_ROLE:
        return
    try:
        problems = list_role_problems()
    except DatabaseError as error:
        logger.warning("the database role could not be looked at: %s", error)
        return
    finally:
        if not connection.in_atomic_block:
            connection.close()  # nothing open is taken into a fork
    if problems:
        raise ImproperlyConfigured("\n- ".join(["Plumbline does not start:", *problems, REMEDY]))
