"""The duty of sending letters."""

from django.conf import settings

from apps.core.due import drain
from apps.core.work import duty
from apps.notifications import operations
from apps.notifications.domain.letters import WAITS
from apps.notifications.models import Mail


@duty("notifications.send_mail")
def send_mail() -> int:
    """Send the letters whose time has come; without a mail server none waits."""
    if not settings.PLUMBLINE_MAIL:
        operations.give_up_mails()
        return 0
    operations.ask_head_mails()
    return drain(Mail, operations.mark_sent, prepare=lambda rows: operations.send_mail(rows[0]), waits=WAITS)
