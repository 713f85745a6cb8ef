# SPDX-License-Identifier: AGPL-3.0-or-later
"""The protocol of docs/protocol.md: bytes in, values out; no file, clock, network or log."""
