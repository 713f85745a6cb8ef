# SPDX-License-Identifier: AGPL-3.0-or-later
"""A server on a real TCP port that answers byte by byte as it likes, over TLS if asked.

What it drips ends after ``LONGEST`` seconds, so that a watcher that waits for it fails its test
instead of hanging it.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LONGEST = 12.0  # seconds
DRIP = 0.1
Conversation = Callable[[socket.socket], None]


@contextlib.contextmanager
def talking(conversation: Conversation) -> Iterator[str]:
    """The host and port; every connection has this conversation."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_accept, args=(listener, conversation), daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _accept(listener: socket.socket, conversation: Conversation) -> None:
    with contextlib.suppress(OSError):
        while True:
            taken, _ = listener.accept()
            threading.Thread(target=_talk, args=(taken, conversation), daemon=True).start()


def _talk(taken: socket.socket, conversation: Conversation) -> None:
    with taken, contextlib.suppress(OSError):
        conversation(taken)


def drip(taken: socket.socket, piece: bytes = b"a") -> None:
    """A piece now and then, for longer than any test waits."""
    ends = time.monotonic() + LONGEST
    while time.monotonic() < ends:
        taken.sendall(piece)
        time.sleep(DRIP)


def dripping(start: bytes, piece: bytes = b"a") -> Conversation:
    """The question is read; then comes this, and the rest never."""

    def talk(taken: socket.socket) -> None:
        taken.recv(2**16)
        taken.sendall(start)
        drip(taken, piece)

    return talk


def late_over_tls(folder: Path, seconds: float) -> Conversation:
    """The handshake comes only after so many seconds; then a header that never ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))

    def talk(taken: socket.socket) -> None:
        time.sleep(seconds)
        with context.wrap_socket(taken, server_side=True) as wrapped:
            dripping(b"HTTP/1.1 200 OK\r\nX: ")(wrapped)

    return talk


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that nobody else signed, and its key."""
    files = folder / "certificate.pem", folder / "key.pem"
    if files[0].exists():
        return files
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    day = dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
