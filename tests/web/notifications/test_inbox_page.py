"""The inbox: what waits for its reader and why, one thread for each object; nobody reads another's."""

import re
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from apps.accounts.domain import SYSTEM
from apps.core import clock
from apps.governance import operations as governance
from apps.notifications import operations
from apps.notifications.domain.notices import About, Notice
from apps.notifications.models import Mute, Notification
from tests.governed import MONDAY, Path, path, rules
from tests.personas import principal_of
from tests.web.portal.pages import links_of, words_of

__all__ = ["path", "rules"]
pytestmark = pytest.mark.django_db
As = Callable[..., Client]
INBOX = "/inbox/"


def header_of(client: Client, path: str = "/help/roles/") -> str:
    page = client.get(path).content.decode()
    found = re.search(r'<nav class="frame-links".*?</nav>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found.group()).strip() if found else ""


def test_inbox__says_what_waits_for_whom_and_why(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    seen = {name: words_of(client_as(name).get(INBOX)) for name in ("ana", "bo", "cy", "dee", "eli", "gus")}
    assert "P-1: lead-time Due 18 May 2026 · 1 unread · 4 May 2026, 10:30" in seen["cy"]
    assert "Why you: you sign as engineering manager for Checkout." in seen["cy"]
    assert "Why you: you sign as metrics steward." in seen["gus"]
    for name in ("ana", "bo", "dee", "eli"):
        assert "Nothing is unread." in seen[name]
    assert f"/proposals/{proposal.number}/" in links_of(client_as("cy").get(INBOX))


def test_inbox__one_thread_for_each_object_with_earlier_notices_behind(path: Path, client_as: As) -> None:
    proposal = path.submitted()
    for text in ("Name the queue.", "And the day."):
        governance.request_changes(proposal=proposal, text=text, by=path.by("cy"))
    words = words_of(client_as("ana").get(INBOX))
    assert words.count("P-1: lead-time") == 1 + 2  # its title, and its two buttons for those who listen
    assert "Changes are asked for: And the day." in words
    assert "1 earlier notice Changes are asked for: Name the queue." in words


def test_inbox__what_is_due_is_the_nearest_day_of_what_is_unread(client_as: As, cy) -> None:
    def tell(occasion: str, due_on: date | None) -> None:
        about = About("proposal:7", "P-7: a rule", "/proposals/7/")
        one = Notice(cy.pk, "signature_needed", about, "Sign.", "you sign", occasion, due_on)
        operations.notify(notices=[one], by=SYSTEM)

    tell("r1", date(2026, 5, 18))
    tell("r2", date(2026, 5, 20))
    assert "Due 18 May 2026" in words_of(client_as("cy").get(INBOX))
    Notification.objects.filter(due_on=date(2026, 5, 18)).update(read_at=MONDAY)
    assert "Due 20 May 2026" in words_of(client_as("cy").get(INBOX))
    operations.note_acted(about="proposal:7", by=principal_of(cy))
    tell("r3", None)
    assert "Due" not in words_of(client_as("cy").get(INBOX))


def test_frame__counts_unread_threads_beside_the_inbox(path: Path, client_as: As) -> None:
    path.submitted()
    path.submitted(computing="c")
    assert header_of(client_as("cy")).startswith("Inbox 2 unread")
    assert header_of(client_as("ana")).startswith("InboxHelp")


def test_read__a_thread_up_to_what_was_seen(path: Path, client_as: As) -> None:
    path.submitted()
    cy = client_as("cy")
    row = Notification.objects.get(recipient__email="cy@example.org")
    answer = cy.post(f"{INBOX}read/", {"about": row.about, "until": row.pk}, follow=True)
    assert "Marked as read." in words_of(answer)
    assert "Nothing is unread." in words_of(answer)
    assert "It needs your signature" in words_of(cy.get(f"{INBOX}?show=all"))
    assert Notification.objects.filter(read_at=None).count() == 1


def test_read__everything(path: Path, client_as: As) -> None:
    path.submitted()
    path.submitted(computing="c")
    until = re.search(r'name="until" value="(\d+)"', client_as("gus").get(INBOX).content.decode()).group(1)
    client_as("gus").post(f"{INBOX}read/", {"until": until})
    assert header_of(client_as("gus")).startswith("InboxHelp")
    assert header_of(client_as("cy")).startswith("Inbox 2")


def test_mute__and_hear_of_it_again(path: Path, client_as: As) -> None:
    path.submitted()
    cy = client_as("cy")
    assert "Muted." in words_of(cy.post(f"{INBOX}mute/", {"about": "proposal:1", "muted": "yes"}, follow=True))
    everything = words_of(cy.get(f"{INBOX}?show=all"))
    assert "Muted · 4 May 2026" in everything
    assert "Hear of it again" in everything
    cy.post(f"{INBOX}mute/", {"about": "proposal:1", "muted": "no"})
    assert Mute.objects.count() == 0


@pytest.mark.parametrize(
    ("address", "given", "status"),
    [
        ("read/", {"about": "proposal:1"}, 400),
        ("read/", {"about": "proposal:1", "until": "x"}, 400),
        ("read/", {"about": "proposal:1", "until": "9" * 30}, 400),
        ("read/", {"about": "proposal:1", "until": "9"}, 404),
        ("read/", {"about": "proposal:99", "until": "9"}, 404),
        ("mute/", {"about": "proposal:1"}, 400),
        ("mute/", {"about": "proposal:1", "muted": "yes"}, 404),
    ],
)
def test_threads__of_others_and_absent_ones_are_one(
    path: Path, client_as: As, address: str, given: dict, status: int
) -> None:
    path.submitted()
    assert client_as("dee").post(INBOX + address, given).status_code == status
    assert Mute.objects.count() == 0


def test_inbox__pages_are_of_threads_and_cost_the_same(path: Path, client_as: As, django_assert_num_queries) -> None:
    cy = path.organisation.people["cy"]

    def tell(first: int, last: int) -> None:
        found = [
            Notice(cy.pk, "signature_needed", About(f"proposal:{n}", f"P-{n}: a rule", "/"), "Sign.", "you sign", "r1")
            for n in range(first, last)
        ]
        with clock.playing(MONDAY):
            operations.notify(notices=found, by=SYSTEM)

    client = client_as("cy")
    tell(100, 101)
    client.get(INBOX)
    with django_assert_num_queries(7):
        client.get(INBOX)
    tell(101, 145)
    with django_assert_num_queries(7):
        page = words_of(client.get(INBOX))
    assert "P-144: a rule" in page
    assert "P-100: a rule" not in page
    assert "1 to 20 of 45" in page
    assert "P-100: a rule" in words_of(client.get(f"{INBOX}?page=3"))


@pytest.mark.parametrize("query", ["show=secret", "page=0", "sort=value"])
def test_inbox__refuses_what_it_does_not_read(client_as: As, query: str) -> None:
    assert client_as("ana").get(f"{INBOX}?{query}").status_code == 400
