# SPDX-License-Identifier: AGPL-3.0-or-later
"""Witnesses are asked after each step, in the background: docs/protocol.md §22, docs/adr/0015."""
