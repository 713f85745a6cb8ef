# SPDX-License-Identifier: AGPL-3.0-or-later
"""The life of a hosted election: each step one transaction with its journal entry (ADR 13)."""
