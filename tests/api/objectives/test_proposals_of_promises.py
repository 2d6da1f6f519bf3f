"""SLIs, SLOs and budget policies drafted by a tool: together, with faults at their places, within the tool's team."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from apps.governance.domain.kinds import Item
from apps.governance.models import Proposal
from tests.agreeing import REASON
from tests.personas import Organisation
from tests.promising import indicator_item, objective_item, policy_item

URL = "/api/v1/proposals/"
pytestmark = pytest.mark.django_db


def post(client: APIClient, *items: Item) -> Any:
    body = {"items": [one.as_dict() for one in items], "reason": REASON, "category": "new_need"}
    return client.post(URL, body, format="json")


def test_draft__of_all_three_kinds_at_once(api_client_as: Callable[..., APIClient], organisation: Organisation) -> None:
    answer = post(api_client_as("proposing"), indicator_item(), objective_item(), policy_item())
    assert answer.status_code == 201, answer.content
    assert [(item.kind, item.key) for item in Proposal.objects.get().items.order_by("pk")] == [
        ("sli", "checkout-requests"), ("slo", "checkout-success"), ("budget_policy", "checkout-budget"),
    ]  # fmt: skip
    shown = api_client_as("proposing").get(f"{URL}1/").json()["items"][1]
    assert shown["key"] == "checkout-success"


def test_draft__faults_stand_at_their_pointers(
    api_client_as: Callable[..., APIClient], organisation: Organisation
) -> None:
    answer = post(
        api_client_as("proposing"), indicator_item(), objective_item(target="99.9", window={"rolling_days": 0})
    )
    assert answer.status_code == 422
    found = {one["pointer"]: one["detail"] for one in answer.json()["errors"]}
    assert "Did you mean 0.999" in found["/items/1/content/promise/target"]
    assert "/items/1/content/promise/window/rolling_days" in found
    assert not Proposal.objects.exists()


def test_draft__of_another_team_is_refused(api_client_as: Callable[..., APIClient], organisation: Organisation) -> None:
    answer = post(api_client_as("harbour_proposing"), indicator_item(), objective_item())
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert post(api_client_as("push"), indicator_item()).status_code == 403
