# SPDX-License-Identifier: AGPL-3.0-or-later
"""The random scalars of every prover: docs/protocol.md §6, hedged against a bad generator.

Each is a hash of the secret, of the statement, of a counter and of fresh random bytes. So two
different statements never share a nonce, even where the generator repeats itself.
"""

from collections.abc import Sequence

from protocol.group import Scalar
from protocol.rng import Rng
from protocol.transcript import NONCE_LABEL, labelled_scalar


class Nonces:
    """Draws one prover's random scalars for one statement.

    Args:
        secret: what the proof is about; whoever knows it could make the proof anyway.
        statement: texts that tell this statement from any other, the kind of proof among them.
        rng: asked for 32 bytes at each draw.
    """

    def __init__(self, secret: Scalar, statement: Sequence[str], rng: Rng) -> None:
        self._secret = secret
        self._statement = tuple(statement)
        self._rng = rng
        self._drawn = 0

    def draw(self) -> Scalar:
        """Return a scalar that no other draw returns and nobody else can tell from random."""
        self._drawn += 1
        context: tuple[str, ...] = (*self._statement, str(self._drawn))
        parts: list[str | bytes] = [self._secret.to_bytes(), *context, self._rng(32)]
        return labelled_scalar(NONCE_LABEL, parts)
