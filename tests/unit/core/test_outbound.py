"""The one door out: named hosts alone, nothing followed, time and size bounded, addresses looked at once resolved."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from apps.core import outbound
from apps.core.outbound import NotAllowed, NotReached, TooLarge, TooSlow, send
from tests.monitoring_server import Script, serving
from tests.services import LOOPBACK

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(LOOPBACK)]


@pytest.fixture(autouse=True)
def _open(settings: Any) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS, settings.OUTBOUND_LOOPBACK = ["127.0.0.1", "localhost"], True


@pytest.fixture(name="script")
def _script() -> Script:
    return Script()


@pytest.fixture(name="address")
def _address(script: Script) -> Iterator[str]:
    with serving(script) as address:
        yield address


def _post(address: str, **limits: Any) -> outbound.Answer:
    return send(address, body=b"query=up&start=0&end=0&step=60", headers={"X-One": "1"}, **limits)


def test_request__goes_where_the_operator_allows(address: str, script: Script) -> None:
    answer = _post(f"{address}/api?x=1")
    assert (answer.status, script.calls[0]["path"], script.headers[0]["X-One"]) == (200, "/api?x=1", "1")
    assert script.headers[0]["Host"] == address.removeprefix("http://")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("https://prometheus.example.org", "OUTBOUND_ALLOWED_HOSTS"),
        ("https://127.0.0.1.example.org", "OUTBOUND_ALLOWED_HOSTS"),
        ("ftp://127.0.0.1", "Write an address"),
        ("//127.0.0.1", "Write an address"),
        ("https://name:word@127.0.0.1", "Write an address"),
        ("https://127.0.0.1:70000", "no address"),
        ("https://127.0.0.1#part", "Write an address"),
        ("http://allowed.example.org", "https"),
        ("", "Write an address"),
    ],
)
def test_request__to_any_other_place_is_refused_before_anything_is_resolved(
    address: str, says: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS = ["127.0.0.1", "allowed.example.org"]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: pytest.fail("resolved"))
    with pytest.raises(NotAllowed, match=says):
        _post(address)


def test_request__to_this_machine_needs_the_operators_word(address: str, settings: Any) -> None:
    settings.OUTBOUND_LOOPBACK = False
    with pytest.raises(NotAllowed, match="https"):
        _post(address)
    with pytest.raises(NotAllowed, match="resolves"):
        _post(address.replace("http:", "https:"))


@pytest.mark.parametrize(
    "resolved",
    ["169.254.169.254", "127.0.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1", "::ffff:127.0.0.1"],  # noqa: S104  refused, not bound
)
def test_name__that_resolves_to_where_nothing_may_go_is_refused(
    resolved: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOUND_ALLOWED_HOSTS, settings.OUTBOUND_LOOPBACK = ["rebound.example.org"], False
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (resolved, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)
    with pytest.raises(NotAllowed, match="resolves"):
        _post("https://rebound.example.org")


def test_redirect__is_an_answer_and_is_not_followed(address: str, script: Script) -> None:
    script.fault = "redirect"
    assert _post(address).status == 302
    assert len(script.calls) == 1


def test_answer__that_is_too_large_is_given_up(address: str, script: Script) -> None:
    script.fault = "oversized"
    with pytest.raises(TooLarge):
        _post(address, most_bytes=100_000)
    assert len(_post(address, most_bytes=300_000).body) == 300_000


def test_answer__that_drips_is_cut_off_though_each_byte_comes_in_time(address: str, script: Script) -> None:
    script.fault = "slow"
    with pytest.raises(TooSlow):
        _post(address, seconds=0.4)


def test_name__that_is_looked_up_for_too_long_is_asked_nothing(
    address: str, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = socket.getaddrinfo("127.0.0.1", int(address.rpartition(":")[2]), type=socket.SOCK_STREAM)

    def slowly(*_args: Any, **_more: Any) -> Any:
        time.sleep(0.3)
        return found

    monkeypatch.setattr(socket, "getaddrinfo", slowly)
    with pytest.raises(TooSlow):
        _post(address, seconds=0.1)
    assert script.calls == []


@contextmanager
def _dripping_handshake() -> Iterator[int]:
    """A server that begins a handshake and never ends it: a byte now and then; gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            with suppress(OSError):
                one, _ = listening.accept()
                with one:
                    one.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 KiB is to follow
                    for _ in range(80):
                        one.sendall(b"\x00")
                        time.sleep(0.05)

        thread = threading.Thread(target=drip)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_handshake__that_drips_is_cut_off() -> None:
    with _dripping_handshake() as port:
        began = time.monotonic()
        with pytest.raises(TooSlow):
            _post(f"https://127.0.0.1:{port}", seconds=0.4)
        assert time.monotonic() - began < 2


def test_server__that_is_not_there_is_not_reached() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(NotReached):
        _post(f"http://127.0.0.1:{port}")


def test_token__comes_from_variables_for_monitoring_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITORING_TOKEN_ONE", " abc ")
    assert outbound.token_of("MONITORING_TOKEN_ONE") == "abc"
    for variable in ("SECRET_KEY", "DATABASE_URL", "MONITORING_TOKEN_", "MONITORING_TOKEN_TWO", "monitoring_token_one"):
        with pytest.raises(NotAllowed):
            outbound.token_of(variable)
