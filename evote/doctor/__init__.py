# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is wrong with an installation, in plain words, and what to do about it (ADR 16)."""
