# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trustee's side: the key ceremony, the sealed key, partial decryptions, the seats."""
