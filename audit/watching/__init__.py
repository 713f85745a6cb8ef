# SPDX-License-Identifier: AGPL-3.0-or-later
"""``evote-audit watch``: follow an election on its server, and keep what was seen. §18 to §21."""
