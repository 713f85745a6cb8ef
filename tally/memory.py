# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a trustee's key file remembers at each step: docs/protocol.md §7.14.

Values only; ``keyfile.py`` seals them on disk; ``joining.py`` makes the first, and
``trustee.py`` moves them from step to step.
Public messages are kept as the exact texts that travelled.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from protocol.certificates import MAX_TRUSTEES
from protocol.encoding import Fields, JsonValue, decode_canonical_json, encode_json
from protocol.errors import MalformedError
from protocol.group import Scalar
from protocol.merkle import LogPosition
from protocol.secret import Secret

MAX_SENT: Final = 2**24


class Step(Enum):
    """How far a trustee has come; the values stand in the key file: §7.14."""

    CERTIFICATE = "certificate"
    POLYNOMIAL = "polynomial"
    KEY = "key"
    SEALED = "sealed"


class Profile(Enum):
    """Our ceremony, or the one of the peer's tool: §14."""

    PREAU = "preau"
    BELENIOS = "belenios"


@dataclass(frozen=True, slots=True)
class SeenBoard:
    """The last event of the longest board that this trustee has verified: §10.1.

    Attributes:
        journal: of the longest journal verified with it; None where there was none.
    """

    height: int
    event: str
    journal: LogPosition | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """A public file that a step has written, kept in case it is lost on its way."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class TrusteeMemory:
    """One trustee of one election, as its key file knows it: §7.14.

    ``certificates`` are the first messages of our ceremony (§7.4 [E]), or bare certificates for
    the peer's: one's own until step *polynomial*, all from then on. ``polynomials`` is one's own
    message at step *polynomial*; of all of them, from step *key* until the transcript is signed,
    the signed exponentials alone, so that no member's message can swell another's key file.
    Coefficients are forgotten at step *key*, and what the ceremony sent once it is over.
    """

    step: Step
    profile: Profile
    uuid: str
    index: int
    size: int
    threshold: int
    name: str
    seed: Secret[str]
    coefficients: Secret[tuple[Scalar, ...]] | None = None
    certificates: tuple[str, ...] = ()
    polynomials: tuple[str, ...] = ()
    decryption_key: Secret[Scalar] | None = None
    voutput: str | None = None
    trustees: str | None = None
    fingerprint: str | None = None
    seen: SeenBoard | None = None
    tally_event: str | None = None
    sent: tuple[SentMessage, ...] = ()


def encode_memory(memory: TrusteeMemory) -> Secret[bytes]:
    """Return the plaintext of the key file: canonical JSON, absent members left out: §7.14."""
    value: dict[str, JsonValue] = {
        "step": memory.step.value,
        "profile": memory.profile.value,
        "uuid": memory.uuid,
        "index": memory.index,
        "size": memory.size,
        "threshold": memory.threshold,
        "name": memory.name,
        "seed": memory.seed.reveal(),
        "certificates": list(memory.certificates),
        "polynomials": list(memory.polynomials),
    }
    if memory.coefficients is not None:
        value["coefficients"] = [a.encode() for a in memory.coefficients.reveal()]
    if memory.decryption_key is not None:
        value["decryption_key"] = memory.decryption_key.reveal().encode()
    for name in ("voutput", "trustees", "fingerprint", "tally_event"):
        if (text := getattr(memory, name)) is not None:
            value[name] = text
    if memory.sent:
        value["sent"] = [{"name": each.name, "text": each.text} for each in memory.sent]
    if memory.seen is not None:
        value["seen"] = _encode_seen(memory.seen)
    return Secret(encode_json(value))


def decode_memory(plaintext: Secret[bytes]) -> TrusteeMemory:
    """Read the plaintext of the key file: §7.14.

    Raises:
        MalformedError: not what ``encode_memory`` writes.
    """
    fields = Fields(decode_canonical_json(plaintext.reveal()), where="key file", section="7.14")
    memory = TrusteeMemory(
        step=Step(fields.text("step")),
        profile=Profile(fields.text("profile")),
        uuid=fields.text("uuid"),
        index=fields.integer("index", 1, MAX_TRUSTEES),
        size=fields.integer("size", 1, MAX_TRUSTEES),
        threshold=fields.integer("threshold", 1, MAX_TRUSTEES),
        name=fields.text("name"),
        seed=Secret(fields.text("seed")),
        coefficients=_decode_coefficients(fields),
        certificates=_decode_texts(fields, "certificates"),
        polynomials=_decode_texts(fields, "polynomials"),
        decryption_key=_decode_decryption_key(fields),
        voutput=fields.optional_text("voutput"),
        trustees=fields.optional_text("trustees"),
        fingerprint=fields.optional_text("fingerprint"),
        seen=_decode_seen(fields),
        tally_event=fields.optional_text("tally_event"),
        sent=tuple(map(_decode_sent, fields.optional_items("sent") or [])),
    )
    fields.finish()
    return memory


def _decode_coefficients(fields: Fields) -> Secret[tuple[Scalar, ...]] | None:
    items = fields.optional_items("coefficients")
    return None if items is None else Secret(tuple(Scalar.decode(item) for item in items))


def _decode_texts(fields: Fields, name: str) -> tuple[str, ...]:
    items = fields.items(name)
    texts = tuple(item for item in items if isinstance(item, str))
    if len(texts) != len(items):
        raise MalformedError(f"an item of {name} is not a text", section="7.14")
    return texts


def _decode_decryption_key(fields: Fields) -> Secret[Scalar] | None:
    text = fields.optional_text("decryption_key")
    return None if text is None else Secret(Scalar.decode(text))


def _decode_sent(value: JsonValue) -> SentMessage:
    fields = Fields(value, where="sent message", section="7.14")
    message = SentMessage(fields.text("name"), fields.text("text", MAX_SENT))
    fields.finish()
    return message


def _encode_seen(seen: SeenBoard) -> JsonValue:
    value: dict[str, JsonValue] = {"height": seen.height, "event": seen.event}
    if seen.journal is not None:
        value["journal"] = seen.journal.encode()
    return value


def _decode_seen(fields: Fields) -> SeenBoard | None:
    seen = fields.optional_object("seen")
    if seen is None:
        return None
    board = SeenBoard(
        seen.integer("height", 0, 2**53 - 1),
        seen.text("event", 64),
        LogPosition.decode(seen.raw("journal"), section="7.14") if seen.has("journal") else None,
    )
    seen.finish()
    return board
