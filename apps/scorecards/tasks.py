"""The duty of freezing cards."""

from datetime import timedelta

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.core.due import drain
from apps.core.periods import parse_period
from apps.core.work import duty
from apps.scorecards import operations
from apps.scorecards.domain.schedule import WAITS
from apps.scorecards.models import CardDue

LOOKS_AGAIN_AFTER = timedelta(minutes=1)


@duty("scorecards.freeze_due_cards")
def freeze_due_cards() -> int:
    """Ask for the cards of closed periods that are missing, and freeze what is due, oldest first."""
    operations.ask_missing_cards()
    return drain(CardDue, _freeze)


def _freeze(rows: list[CardDue]) -> None:
    for row in rows:
        try:
            operations.freeze_card(
                team=row.team, period=parse_period(row.period), patient_until=row.asked_at + WAITS, by=SYSTEM
            )
        except operations.StillComputing:
            _put_off(row)


def _put_off(row: CardDue) -> None:
    """Waiting for values is no failed attempt: a moved `due_at` keeps the row from being marked done."""
    CardDue.objects.filter(pk=row.pk).update(due_at=clock.now() + LOOKS_AGAIN_AFTER, attempts=0)
