# SPDX-License-Identifier: AGPL-3.0-or-later
"""The organiser's side: roll, voter codes, election, board, demonstration."""
