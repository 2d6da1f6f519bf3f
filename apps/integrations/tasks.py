"""The duty of giving up imports that nobody finished."""

from apps.accounts.domain import SYSTEM
from apps.core.work import duty
from apps.integrations import operations


@duty("integrations.abandon_forgotten_imports")
def abandon_forgotten_imports() -> int:
    """Give up checked files that nobody stored for a day, with what was kept of them."""
    return operations.abandon_forgotten_imports(by=SYSTEM)
