"""The one door through which requests leave: named hosts alone, over https, with nothing followed and all bounded."""

import ipaddress
import os
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SECONDS, MOST_BYTES = 10.0, 64 * 1024
PIECE = 64 * 1024
PORTS = {"https": 443, "http": 80}
# A name that may be read from the environment: no other secret of the process can be sent anywhere.
TOKEN_VARIABLE = re.compile(r"MONITORING_TOKEN_[A-Z0-9_]{1,60}", re.ASCII)


class NotAllowed(Exception):
    """The operator's settings do not let a request leave to this address; the words say what would."""


class NotReached(Exception):
    """No connection, or none that holds."""


class TooSlow(Exception):
    """The whole exchange took longer than it may."""


class TooLarge(Exception):
    """The answer is larger than is read."""


@dataclass(frozen=True)
class Answer:
    """What came back, whatever its status; redirects are answers like others."""

    status: int
    body: bytes = field(repr=False)


def require_allowed(address: str) -> SplitResult:
    """An address a request may leave to, by its words alone; raises `NotAllowed`."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotAllowed("This is no address such as https://prometheus.example.org.") from None
    if not host or parts.scheme not in PORTS or parts.username is not None or parts.fragment or port == 0:
        raise NotAllowed("Write an address such as https://prometheus.example.org, without a name or password in it.")
    if host not in {allowed.lower() for allowed in settings.OUTBOUND_ALLOWED_HOSTS}:
        raise NotAllowed(f"Requests may not leave to {host}. The operator adds it to OUTBOUND_ALLOWED_HOSTS.")
    if parts.scheme == "http" and not (settings.OUTBOUND_LOOPBACK and _is_loopback_name(host)):
        raise NotAllowed("Requests leave over https; http is for this machine alone, where OUTBOUND_LOOPBACK is set.")
    return parts


def _is_loopback_name(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def token_of(variable: str) -> str:
    """The token in an environment variable; raises `NotAllowed` where the name is of another sort, or holds nothing."""
    if not TOKEN_VARIABLE.fullmatch(variable):
        raise NotAllowed("Name a variable that begins with MONITORING_TOKEN_.")
    token = os.environ.get(variable, "").strip()
    if not token:
        raise NotAllowed(f"The environment holds no {variable}. The operator sets it and restarts.")
    return token


def send(
    address: str, *, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS, most_bytes: int = MOST_BYTES
) -> Answer:
    """POST to an address and read the answer; raises `NotAllowed`, `NotReached`, `TooSlow` or `TooLarge`."""
    parts = require_allowed(address)
    with _Exchange(seconds).within() as exchange:
        connection = HTTPConnection(parts.hostname or "", _port_of(parts))
        try:
            connection.sock = exchange.connect(parts)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            said = {**headers, "Host": parts.netloc, "Accept-Encoding": "identity", "Connection": "close"}
            connection.request("POST", target or "/", body, said)
            with closing(connection.getresponse()) as response:
                answer = Answer(response.status, _read(response, most_bytes))
            exchange.require_in_time()
            return answer
        finally:
            connection.close()


def _port_of(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme]


def _read(response: HTTPResponse, most_bytes: int) -> bytes:
    """The body in pieces, up to the limit."""
    body = bytearray()
    while piece := response.read(PIECE):
        body += piece
        if len(body) > most_bytes:
            raise TooLarge(f"more than {most_bytes:,} bytes")
    return bytes(body)


class _Exchange:
    """One connection with one end of time: whatever waits when it is over is cut off."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._is_over = seconds, False
        self._until = time.monotonic() + seconds
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut_off)
        self._timer.daemon = True

    @contextmanager
    def within(self) -> Iterator["_Exchange"]:
        """Turn every failure into one of this door's own."""
        self._timer.start()
        try:
            yield self
        except (NotAllowed, TooLarge, TooSlow):
            raise
        except (OSError, HTTPException, ValueError) as error:
            if self._is_over or isinstance(error, TimeoutError):
                raise TooSlow(f"over {self._seconds:g} s") from None
            raise NotReached(type(error).__name__) from None
        finally:
            self._timer.cancel()

    def require_in_time(self) -> None:
        """Refuse what was cut off: to its reader it looks like an end."""
        if self._is_over:
            raise TooSlow(f"over {self._seconds:g} s")

    def _cut_off(self) -> None:
        self._is_over = True
        if self._socket is not None:
            try:
                # Not the method of a secured socket: that takes its state away from under whoever is reading.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
            except OSError:
                return

    def connect(self, parts: SplitResult) -> socket.socket:
        """Connect to an address that was looked at after the name was resolved, and to no other."""
        host = parts.hostname or ""
        found = socket.getaddrinfo(host, _port_of(parts), type=socket.SOCK_STREAM)
        family, kind, protocol, _, where = found[0]
        _require_reachable(str(where[0]))
        made = self._hold(socket.socket(family, kind, protocol))
        try:
            made.connect(where)
            if parts.scheme == "https":
                made = self._secure(made, host)
            self.require_in_time()
        except BaseException:
            made.close()
            raise
        return made

    def _hold(self, made: socket.socket) -> socket.socket:
        """Make a socket the one that is cut off; the end may have come while there was none, as in a name's lookup."""
        self._socket = made
        left = self._until - time.monotonic()
        if self._is_over or left <= 0:
            made.close()
            raise TooSlow(f"over {self._seconds:g} s")
        made.settimeout(left)
        return made

    def _secure(self, plain: socket.socket, host: str) -> socket.socket:
        """Shake hands on the socket that is held: wrapping empties the plain one, which nobody could cut off."""
        context = ssl.create_default_context()
        secured = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        self._hold(secured)
        try:
            secured.do_handshake()
        except BaseException:
            secured.close()
            raise
        return secured


def _require_reachable(address: str) -> None:
    """Refuse what a name must not resolve to: this machine, its neighbours by link, groups, nowhere."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback and settings.OUTBOUND_LOOPBACK:
        return
    if ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved:
        raise NotAllowed("The name resolves to an address that requests may not leave to.")
