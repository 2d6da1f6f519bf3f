"""Where a request comes from is what trusted proxies wrote, never what the caller sent."""

from typing import Any

import pytest
from django.test import RequestFactory

from apps.core.client_address import client_address

PROXY, CALLER, CLAIMED = "10.0.0.1", "203.0.113.7", "198.51.100.1"


def _address(forwarded: str | None, direct: str = PROXY) -> str:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_address(RequestFactory(headers=headers).get("/", REMOTE_ADDR=direct))


@pytest.mark.parametrize(
    ("hops", "forwarded", "found"),
    [
        (0, None, PROXY),
        (0, CALLER, PROXY),
        (1, CALLER, CALLER),
        (1, f"{CLAIMED}, {CALLER}", CALLER),
        (2, f"{CLAIMED}, {CALLER}, 10.0.0.2", CALLER),
        (2, CALLER, PROXY),
        (1, "", PROXY),
        (1, "not an address", PROXY),
        (1, None, PROXY),
    ],
)
def test_address__counts_trusted_proxies_from_the_right(
    hops: int, forwarded: str | None, found: str, settings: Any
) -> None:
    settings.TRUSTED_PROXY_HOPS = hops
    assert _address(forwarded) == found


def test_address__of_ipv6_is_the_network_of_one_subscriber(settings: Any) -> None:
    settings.TRUSTED_PROXY_HOPS = 0
    assert _address(None, "2001:db8:1:2:aaaa::1") == _address(None, "2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert _address(None, "::ffff:203.0.113.7") == CALLER


def test_address__of_a_local_socket_is_empty() -> None:
    assert _address(None, "") == ""
