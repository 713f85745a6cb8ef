# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one place that knows where templates/ is; nothing undefined, everything escaped."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.ext import InternationalizationExtension

from evote.web.languages import Language

_HERE: Final = Path(__file__).resolve()
# In an installed package (pyproject.toml, force-include), and in the source tree.
_PLACES: Final = (_HERE.parents[1] / "templates", _HERE.parents[2] / "templates")
TEMPLATES: Final = next((place for place in _PLACES if place.is_dir()), _PLACES[0])


class _Compiled(BytecodeCache):
    """What templates were compiled to in this process: the same in every language."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of a template, if its source is still the same."""
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of a template."""
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED: Final = _Compiled()


class Pages:
    """Renders pages, in every language that they are in."""

    def __init__(self, languages: tuple[Language, ...], asset: Callable[[str], object]) -> None:
        self.languages = languages
        self._environments = {language.tag: _environment(language, asset) for language in languages}

    def render(self, language: Language, template: str, **values: object) -> str:
        """Return a page.

        Raises:
            UndefinedError: the template names what it was not given.
        """
        return self._environments[language.tag].get_template(template).render(**values)


def _environment(language: Language, asset: Callable[[str], object]) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        bytecode_cache=_COMPILED,
        extensions=[InternationalizationExtension],
    )
    translations = language.translations
    install = environment.install_gettext_callables  # type: ignore[attr-defined]
    install(translations.gettext, translations.ngettext, newstyle=True)
    environment.globals.update(language=language, asset=asset)
    return environment
