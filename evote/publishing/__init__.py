# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was recorded becomes public, in steps and never back: docs/protocol.md §18.7, ADR 15."""
