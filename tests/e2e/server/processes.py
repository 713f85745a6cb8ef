# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which processes serve, and which of them holds which connection, by Linux's /proc."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

PROC = Path("/proc")
ESTABLISHED = "01"


def children(parent: int) -> dict[int, bytes]:
    """The command line of each child of a process."""
    found = {}
    for pid in everybody():
        folder = PROC / str(pid)
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and fields[0] != "Z":
                found[pid] = (folder / "cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
    return found


def everybody() -> set[int]:
    """Every process of this machine."""
    return {int(folder.name) for folder in PROC.iterdir() if folder.name.isdecimal()}


def hears(pid: int, asked: int) -> bool:
    """Whether a process has a handler of its own for this signal."""
    status = (PROC / str(pid) / "status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (asked - 1) & 1)


def workers(server: int) -> set[int]:
    """The processes that answer, of a server whose first process is this one."""
    return {pid for pid, command in children(server).items() if b"spawn_main" in command}


def holders(pids: set[int], port: int) -> Counter[int]:
    """How many accepted connections to this port each of the processes holds."""
    sockets = accepted(port)
    return Counter(pid for pid in pids for inode in _sockets_of(pid) if inode in sockets)


def holder(pids: set[int], port: int, client_port: int) -> int | None:
    """The process that holds the server's end of a client's connection."""
    inode = next((key for key, peer in accepted(port).items() if peer == client_port), None)
    return next((pid for pid in pids if inode in _sockets_of(pid)), None)


def accepted(port: int) -> dict[str, int]:
    """The peer's port of each connection to this port, by the inode of the server's socket."""
    found = {}
    for line in (PROC / "net" / "tcp").read_text().splitlines()[1:]:
        fields = line.split()
        local, remote = (int(address.partition(":")[2], 16) for address in fields[1:3])
        if local == port and fields[3] == ESTABLISHED and fields[9] != "0":
            found[fields[9]] = remote
    return found


def _sockets_of(pid: int) -> set[str]:
    found = set()
    try:
        for link in (PROC / str(pid) / "fd").iterdir():
            target = str(link.readlink())
            if target.startswith("socket:["):
                found.add(target[len("socket:[") : -1])
    except (FileNotFoundError, ProcessLookupError):
        pass  # it has just ended, or closed a file
    return found
