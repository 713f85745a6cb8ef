# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verifier: written from docs/protocol.md alone, it imports nothing else of this project."""
