"""Short words for tests that tell people things."""

from typing import Any

from apps.notifications.domain.kinds import NoticeKind, Wish, kinds
from apps.notifications.domain.notices import About, Notice

KIND = kinds.register(NoticeKind("signature_needed", "A proposal needs your signature", Wish.IMMEDIATE))
DAILY = kinds.register(NoticeKind("change_in_force", "A change is in force"))
P41 = About("proposal:41", "P-41: lead time", "/proposals/41/")
P42 = About("proposal:42", "P-42: lead time", "/proposals/42/")


def notice(person: int, *, about: About = P41, kind: str = KIND.key, occasion: str = "r1", **more: Any) -> Notice:
    """A notice to one person."""
    said = {"text": "It needs your signature.", "reason": "you sign as tech lead for Checkout", **more}
    return Notice(recipient=person, kind=kind, about=about, occasion=occasion, **said)
