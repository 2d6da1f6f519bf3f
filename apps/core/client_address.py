"""Where a request comes from: the connection, or what trusted proxies wrote about it."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

IPV6_NETWORK = 64


def client_address(request: HttpRequest) -> str:
    """The caller's address as text; of IPv6 the /64 network, as one subscriber has all of it.

    `X-Forwarded-For` counts only with `TRUSTED_PROXY_HOPS` proxies in front, from the right: left of what they wrote
    stands whatever the caller sent.
    """
    hops, written = settings.TRUSTED_PROXY_HOPS, request.headers.get("X-Forwarded-For", "").split(",")
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if hops > 0 and len(written) >= hops:
        return _network(written[-hops].strip()) or _network(direct)
    return _network(direct)


def _network(text: str) -> str:
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ip_network((int(address), IPV6_NETWORK), strict=False))
    return str(address)
