"""Which addresses may be told anything? Not those inside: whoever writes a URL is not yet inside.

What counts is the address that is connected to, at every attempt, not what a name meant when it was written.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import quote, urlsplit

import idna

__all__ = ["Allowed", "BarredError", "Resolve", "Url", "allowed_of", "resolve", "url_of"]

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]

# What no stranger is behind. Written down, as what Python calls private differs from version to version.
_INSIDE: tuple[_Network, ...] = tuple(
    map(
        ipaddress.ip_network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
            "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10",
            "ff00::/8",
        ),
    )
)  # fmt: skip
_LONGEST = 2_000
_SHOWN = 4  # letters at the end of a URL
_PORTS = {"http": 80, "https": 443}


class BarredError(Exception):
    """An address that is not to be connected to, in words."""


class Allowed(NamedTuple):
    """What may be connected to of what is inside: everything, or some networks."""

    everything: bool = False
    networks: tuple[_Network, ...] = ()

    def look_at(self, address: str) -> None:
        """Return if an address may be connected to. Raises BarredError."""
        found: _Address = ipaddress.ip_address(address.partition("%")[0])
        if self.everything or any(found in network for network in self.networks):
            return
        if any(found in network for network in _INSIDE):
            raise BarredError(
                f"{found} is a private address or one of no machine, and those are not told anything"
            )

    @property
    def anything(self) -> bool:
        """Whether anything inside may be connected to."""
        return self.everything or bool(self.networks)


class Url(NamedTuple):
    """A URL taken apart; host as it goes over the wire, target is all behind it."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def told(self) -> str:
        """The URL without what is secret in it: hosts of channels take everybody in who knows the rest."""
        return f"{self._front}/…"

    @property
    def hint(self) -> str:
        """As much of the URL as tells it from others: the host, and the last letters where there are more."""
        if self.target == "/":
            return f"{self._front}/"
        return f"{self._front}/…{self.target[-_SHOWN:] if len(self.target) > 2 * _SHOWN else ''}"

    def hidden_in(self, text: str) -> str:
        """Return what somebody answered without what is not shown of the URL, should they repeat it."""
        return text.replace(self.target, "/…") if len(self.target) > 2 * _SHOWN else text

    @property
    def _front(self) -> str:
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}{port}"


def allowed_of(setting: str) -> Allowed:
    """Return what a setting allows: nothing where it is empty or 0, all where it is 1, else networks.

    Networks stand between commas. Raises ValueError where it is none of these.
    """
    if setting.strip() in ("", "0"):
        return Allowed()
    if setting.strip() == "1":
        return Allowed(everything=True)
    return Allowed(networks=tuple(ipaddress.ip_network(each.strip()) for each in setting.split(",")))


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, each once. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def url_of(text: str) -> Url:
    """Return a URL that somebody wrote, taken apart. Raises ValueError, which says what is wrong with it."""
    if len(text) > _LONGEST or not text.isprintable() or " " in text:
        raise ValueError("it is too long, or has blanks in it")
    parts = urlsplit(text)
    if parts.scheme not in _PORTS:
        raise ValueError("it does not begin with https://")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it has a name or a password before the host")
    if not parts.hostname:
        raise ValueError("it has no host")
    if parts.fragment:
        raise ValueError("it has a `#` in it, and what is behind that is never sent")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?") if parts.query else ""
    port = parts.port if parts.port is not None else _PORTS[parts.scheme]
    return Url(parts.scheme, _host(parts.hostname), port, path + query)


def _host(host: str) -> str:
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f"{host} is no name of a host") from error
