# SPDX-License-Identifier: AGPL-3.0-or-later
"""Backup and restore of a server: sorted logical exports, sealed to a recovery key (ADR 16)."""
