# SPDX-License-Identifier: AGPL-3.0-or-later
"""The proofs of docs/protocol.md §6, one module a statement: ``prove_…`` and ``verify_…``.

Each checker returns None or raises ProofError. Every group element that reaches it is a member of
the group by construction, so none checks membership again.
"""
