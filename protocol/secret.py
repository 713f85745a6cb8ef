# SPDX-License-Identifier: AGPL-3.0-or-later
"""A box for secrets that refuses to be printed, compared, hashed, copied or pickled.

It guards against accidents (a log line, a traceback, a cache), not against code that means harm.
Python promises neither constant time nor erasure; docs/threat-model.md says so.
"""

from typing import Generic, Never, TypeVar, final

T = TypeVar("T")


@final
class Secret(Generic[T]):
    """Holds one secret value; ``reveal()`` is the only way out, so a search lists every use."""

    __slots__ = ("_value",)

    def __init__(self, value: T) -> None:
        self._value = value

    def reveal(self) -> T:
        """Return the value itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> Never:
        raise TypeError("a secret is not compared; reveal it and use hmac.compare_digest")

    def __hash__(self) -> Never:
        raise TypeError("a secret is not hashed")

    def __format__(self, spec: str) -> Never:
        raise TypeError("a secret is not formatted")

    def __bool__(self) -> Never:
        raise TypeError("a secret is neither true nor false")

    def __copy__(self) -> Never:
        raise TypeError("a secret is not copied")

    def __deepcopy__(self, memo: object) -> Never:
        raise TypeError("a secret is not copied")

    def __reduce_ex__(self, protocol: object) -> Never:
        raise TypeError("a secret is not pickled")
