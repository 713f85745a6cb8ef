# SPDX-License-Identifier: AGPL-3.0-or-later
"""The socket that the server listens on."""

from __future__ import annotations

import socket
from contextlib import closing

from evote.web.serving import Listening


def test_an_answer_in_two_parts_waits_for_no_acknowledgement() -> None:
    with (
        closing(Listening("unused", host="127.0.0.1", port=0).bind_socket()) as listening,
        socket.socket() as client,
    ):
        listening.listen()
        client.connect(listening.getsockname())
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
