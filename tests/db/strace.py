# SPDX-License-Identifier: AGPL-3.0-or-later
"""What strace is told, before the command: a kill at a call of the system, or calls that fail."""

from __future__ import annotations

from pathlib import Path

Before = tuple[str, ...]


def killed_at(
    call: str, number: int, output: Path, *, file: Path | None = None, children: bool = True
) -> Before:
    """Kill at the entry to the so manieth call of this name, on a file or on any of them."""
    inject = f"inject={call}:signal=SIGKILL:when={number}"
    options = (*_strace(output, children=children), *_on(file))
    return (*options, "-e", f"trace={call}", "-e", inject)


def failing(
    call: str, error: str, output: Path, *, file: Path | None = None, start: int = 1
) -> Before:
    """Let every such call on a file, or on all of them, fail from the so manieth on."""
    inject = f"inject={call}:error={error}:when={start}+"
    return (*_strace(output), *_on(file), "-e", f"trace={call}", "-e", inject)


def watched(calls: tuple[str, ...], output: Path) -> Before:
    """Write down all calls of these names, of the process alone."""
    return (*_strace(output, children=False), "-e", f"trace={','.join(calls)}")


def _on(file: Path | None) -> Before:
    return () if file is None else ("-P", str(file))


def _strace(output: Path, *, children: bool = True) -> Before:
    return ("strace", *(("-f",) if children else ()), "-qq", "-o", str(output))
