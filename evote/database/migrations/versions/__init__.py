# SPDX-License-Identifier: AGPL-3.0-or-later
"""The steps, each naming the one before."""
