"""GET measurements/{name}/: what is no name of a cell is absent, whatever it holds."""

import pytest

URL = "/api/v1/measurements/"


@pytest.mark.parametrize(
    "name",
    [
        "change-lead-time~v1~organisation:all~2026-W34~whole",
        "change-lead-time~5~organisation:all~2026-W34~whole",
        "change-lead-time~v~organisation:all~2026-W34~whole",
        "change-lead-time~v1~organisation:all~9999-W52~whole",
        "change-lead-time~v1~organisation:all~2026-W34",
        "change-lead-time~v1~team:%00~2026-W34~whole",
        "change-lead-time~v1~person:ana~2026-W34~whole",
        "change-lead-time%00~v1~organisation:all~2026-W34~whole",
    ],
)
@pytest.mark.parametrize("below", ["", "evidence/"])
def test_measurement__no_cell_of_that_name_is_404(api_client_as, name, below):
    answer = api_client_as("read").get(f"{URL}{name}/{below}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
