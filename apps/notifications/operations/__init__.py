"""Writes of notifications: telling people, what they do in their inbox, letters, new passwords."""

from apps.notifications.operations.choosing import choose_mail
from apps.notifications.operations.inbox import mark_read, mark_thread_read, note_acted, rename, set_muted, settle
from apps.notifications.operations.mailing import ask_head_mails, give_up_mails, mark_sent, send_mail
from apps.notifications.operations.resetting import ask_reset, set_password
from apps.notifications.operations.telling import notify

__all__ = [
    "ask_head_mails",
    "ask_reset",
    "choose_mail",
    "give_up_mails",
    "mark_read",
    "mark_sent",
    "mark_thread_read",
    "note_acted",
    "notify",
    "rename",
    "send_mail",
    "set_muted",
    "set_password",
    "settle",
]
