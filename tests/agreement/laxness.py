# SPDX-License-Identifier: AGPL-3.0-or-later
"""What Préau refuses and the peer's `election verify` lets pass, by kind, with the damages of
tests/tamper that show it.

Every entry is tried in tests/interop/test_laxness.py (the peer accepts it) and in
tests/tamper (our verifier refuses it, by the check that the table there names). The exit status of
`election verify` is not by itself a verdict on ballots; those of `BY_BALLOT` are refused by
`election verify-ballot`, to which the interop tests give every ballot. Our own bindings (C10, C11,
C12, C21, C24, C25 of docs/protocol.md §16) are members that the peer ignores by design; a few
stand here for all.
"""

from __future__ import annotations

LAXNESS: dict[str, tuple[str, ...]] = {
    "the order of events, and events that do not belong there (§10.2)": (
        "events: a second Setup",
        "events: a second EndBallots",
        "events: a second EncryptedTally",
        "events: a second Result",
        "events: EndBallots left out",
        "events: EndBallots after the tally",
        "events: a partial decryption before the tally",
        "events: EndShuffles",
    ),
    "the same key twice in one JSON object (§2.1)": (
        "events: set-up data with a key twice",
        "election: a key twice",
        "trustees: a key twice in the parameters",
        "tally: the size with a key twice",
        "decryptions: a key twice",
        "result: a key twice",
    ),
    "data written otherwise than canonically (§2.2, our elections)": (
        "election: white space after it",
        "trustees: trustees that are not canonical",
        "credentials: not canonical",
        "decryptions: not canonical",
        "result: not canonical",
    ),
    "members nobody knows, also inside an answer of a ballot (§9.3, §14)": (
        "election: a member more",
        "trustees: a name on a verification key",
        "decryptions: a member more",
        "result: a member more",
        "ballots: a member more in the answer",
        "ballots: a proof's members in another order",
    ),
    "scalars with other characters than their digits (§4.1)": (
        "scalars: an individual response, leading zero",
        "scalars: an overall challenge, an underscore",
        "scalars: a blank response, leading zero",
        "scalars: a proof of a key, response, leading zero",
        "scalars: a decryption proof, response, an underscore",
    ),
    "points outside the group, or the identity, where nothing is computed from them (§4.2)": (
        "points: order 1, a listed credential",
        "points: order 1, an encryption key",
        "points: B + T2, a factor",
        "points: a factor that is not needed",
        "points: constant exponentials of two trustees",
        "trustees: the identity as top coefficient",
    ),
    "how weights and credentials are written (§8.4)": (
        "credentials: capitals",
        "credentials: a weight with a leading zero",
        "credentials: not sorted",
        "credentials: a weight of two",
    ),
    "two trustees with one key (§7.4)": (
        "trustees: two trustees of one signing key",
        "trustees: two trustees of one encryption key",
    ),
    "ciphertexts that stand twice (§11.1)": (
        "ballots: two voters of the same randomness",
        "ballots: one random number for two choices",
    ),
    "the number and weight of the counted ballots (§11.2)": (
        "tally: a wrong number, in the plain profile",
        "tally: a wrong total, in the plain profile",
    ),
    "partial decryptions that are not needed, or are repeated (§11.3)": (
        "decryptions: a proof of nobody",
        "decryptions: another trustee's decryption",
        "decryptions: a factor left out",
        "decryptions: the same owner twice, the same bytes",
    ),
    "numbers written as text, or text as numbers": (
        "trustees: a threshold as text",
        "tally: a number as text",
        "result: a vote as text",
    ),
    "one final ballot for each credential (§11.1, our elections)": (
        "ballots: two ballots by one credential",
        "ballots: a ballot by a reserve",
    ),
    "our own bindings (§14)": (
        "credentials: one added under the same election",
        "trustees: proofs made anew under the same election",
        "election: two commitments exchanged",
        "election: a label with a bidirectional override",
        "tally: one signature less than the threshold",
        "decryptions: a wrong factor that the weak proof lets pass",
        "decryptions: bound to another tally",
        "result: a sign-in more",
        "result: a seat moved",
        "profile: no bindings in the election",
    ),
}

BY_BALLOT: tuple[str, ...] = (
    "ballots: no signature",
    "ballots: no blank proof",
    "ballots: an overall proof of one branch",
    "ballots: another fingerprint",
    "ballots: a vote of two",
    "ballots: two ciphertexts exchanged with their proofs",
    "ballots: the answers under another credential, signed again",
    "points: alpha of two ballots, order 2",
)
