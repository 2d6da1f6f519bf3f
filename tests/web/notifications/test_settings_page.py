"""What is mailed: chosen for each kind of notice, by each person for themselves."""

from collections.abc import Callable

import pytest
from django.test import Client

from apps.notifications.domain.kinds import kinds
from apps.notifications.models import MailWish
from tests.web.portal.pages import main_of, words_of

pytestmark = pytest.mark.django_db
As = Callable[..., Client]
URL = "/settings/notifications/"


def test_settings__offers_each_kind_with_what_is_usual(client_as: As) -> None:
    page = main_of(client_as("ana").get(URL))
    assert page.count("<select") == len(list(kinds)) >= 8
    assert '<option value="immediate" selected>At once</option>' in page
    assert '<option value="daily" selected>Once a day, at 08:00</option>' in page


def test_settings__says_when_there_is_no_mail_server(client_as: As, settings) -> None:
    assert "This portal has no mail server" in words_of(client_as("ana").get(URL))
    settings.PLUMBLINE_MAIL = True
    assert "no mail server" not in words_of(client_as("ana").get(URL))


def test_settings__keeps_what_was_chosen(client_as: As, ana) -> None:
    chosen = {kind.key: "off" for kind in kinds} | {"freeze": "immediate"}
    answer = client_as("ana").post(URL, chosen, follow=True)
    assert "Kept. It holds for what is told from now on." in words_of(answer)
    assert dict(MailWish.objects.filter(person=ana).values_list("kind", "wish")) == chosen
    client_as("ana").post(URL, chosen | {"freeze": "daily"})
    assert MailWish.objects.get(person=ana, kind="freeze").wish == "daily"
    assert MailWish.objects.exclude(person=ana).count() == 0


def test_settings__a_wrong_choice_is_named_and_nothing_is_kept(client_as: As) -> None:
    chosen = {kind.key: "off" for kind in kinds} | {"freeze": "never"}
    answer = client_as("ana").post(URL, chosen)
    assert answer.status_code == 422
    assert "There is a problem" in words_of(answer)
    assert "Choose one of the three." in words_of(answer)
    assert '<option value="off" selected>' in main_of(answer)
    assert MailWish.objects.count() == 0
