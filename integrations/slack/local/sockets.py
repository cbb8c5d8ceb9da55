"""Which addresses a process really listens on, read from the kernel's own tables (Linux)."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

_LISTENING = "0A"
"""TCP_LISTEN of the kernel's `include/net/tcp_states.h`."""


@dataclass(frozen=True)
class Listener:
    """One listening TCP socket."""

    address: IPv4Address | IPv6Address
    port: int
    inode: int

    @property
    def is_loopback(self) -> bool:
        """Whether nobody outside this machine can reach it."""
        if isinstance(self.address, IPv6Address) and self.address.ipv4_mapped:
            return self.address.ipv4_mapped.is_loopback
        return self.address.is_loopback


def listeners_in(table: str) -> list[Listener]:
    """The listening sockets in a text laid out as /proc/net/tcp or tcp6 (proc_net(5))."""
    rows = (line.split() for line in table.splitlines()[1:])
    return [_listener(row[1], int(row[9])) for row in rows if len(row) > 9 and row[3] == _LISTENING]


def listeners_of(session: int, proc: Path = Path("/proc")) -> list[Listener]:
    """The listening sockets held by the processes of one session; empty when none is known."""
    inodes = {inode for process in _processes_of(session, proc) for inode in _sockets_of(process)}
    return [
        listener
        for table in ("net/tcp", "net/tcp6")
        if (proc / table).exists()
        for listener in listeners_in((proc / table).read_text(encoding="ascii"))
        if listener.inode in inodes
    ]


def _listener(local: str, inode: int) -> Listener:
    written, port = local.split(":")
    # Each 32-bit word of the address stands in the machine's byte order.
    words = struct.unpack(f">{len(written) // 8}I", bytes.fromhex(written))
    packed = struct.pack(f"={len(words)}I", *words)
    address = IPv4Address(packed) if len(packed) == 4 else IPv6Address(packed)
    return Listener(address, int(port, 16), inode)


def _processes_of(session: int, proc: Path) -> Iterator[Path]:
    for folder in proc.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may end while it is looked at
            stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
            # The name stands in parentheses and may hold spaces: count from the last one.
            if int(stat.rpartition(")")[2].split()[3]) == session:
                yield folder


def _sockets_of(process: Path) -> Iterator[int]:
    for descriptor in _entries(process / "fd"):
        with contextlib.suppress(OSError):  # closed meanwhile: the others still count
            target = descriptor.readlink().name
            if target.startswith("socket:["):
                yield int(target.removeprefix("socket:[").removesuffix("]"))


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []
