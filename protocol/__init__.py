# SPDX-License-Identifier: AGPL-3.0-or-later
"""The voting protocol of docs/protocol.md: bytes in, values out.

Pure: no clock, file, network, database or log. Randomness is an argument. One module translates
one section, in the section's words; the only third-party code below it is the arithmetic library
named in ``group.py`` and the AES-GCM of the trustees' messages.
"""
