# SPDX-License-Identifier: AGPL-3.0-or-later
"""What else than its bytes decides what a browser does with a booth's file: docs/protocol.md §8.3.

A header can send a browser elsewhere, load what nobody sealed, run less or more than the policy
lets, mark the browser or tell others of it. What does none of that is passed over: an honest proxy
adds headers of its own.
"""

from __future__ import annotations

from audit.watching.site import UNREADABLE, Headers
from audit.words import Text, shown

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = "text/html; charset=utf-8"
TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
FORBIDDEN = frozenset(
    (
        *("refresh", "link", "sourcemap", "x-sourcemap", "speculation-rules"),
        *("content-disposition", "service-worker-allowed", "origin-trial", "clear-site-data"),
        *("set-cookie", "accept-ch", "critical-ch", "use-as-dictionary", "set-login"),
        *("sec-session-registration", "secure-session-registration"),
        *("attribution-reporting-register-source", "attribution-reporting-register-trigger"),
        *("report-to", "reporting-endpoints", "nel", "content-security-policy-report-only"),
    )
)
_LONGEST = 80


def forbidden_headers(headers: Headers) -> list[tuple[str, Text]]:
    """What no answer at a booth's path may bear, errors included: each with a name for its kind."""
    found = []
    for name in sorted({name.lower() for name, _ in headers}):
        if name == UNREADABLE[0]:
            found.append(
                ("unreadable", Text("porte un en-tête illisible", "bears an unreadable header"))
            )
        elif name in FORBIDDEN:
            called = shown(name, _LONGEST)
            text = Text(f"porte l'en-tête « {called} »", f"bears the header “{called}”")
            found.append((name, text))
    return found


def wrong_headers(path: str, headers: Headers) -> list[tuple[str, Text]]:
    """What is wrong with the headers of a file that was given, beside what none may bear."""
    found = []
    kind = next((kind for end, kind in TYPES.items() if path.endswith(end)), PAGE)
    types = _values("content-type", headers)
    if [_plain(each) for each in types] != [_plain(kind)]:
        found.append(("type", _other("Content-Type", types)))
    policies = _values("content-security-policy", headers)
    if kind == PAGE and [each.strip() for each in policies] != [POLICY]:
        found.append(("policy", _other("Content-Security-Policy", policies)))
    return found


def _values(wanted: str, headers: Headers) -> list[str]:
    return [value for name, value in headers if name.lower() == wanted]


def _plain(value: str) -> str:
    """A media type however it is written."""
    return value.lower().replace(" ", "")


def _other(name: str, values: list[str]) -> Text:
    given = shown(", ".join(values), _LONGEST)
    if not values:
        return Text(f"n'a pas d'en-tête « {name} »", f"has no header “{name}”")
    return Text(
        f"a un autre en-tête « {name} » que prévu : « {given} »",
        f"has another header “{name}” than it should: “{given}”",
    )
