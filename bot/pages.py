"""HTML from templates, which lie in `templates/` beside the code that shows them; whatever is put in is escaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment


def render_page(package: str, template: str, **shown: object) -> str:
    """The HTML of `package`'s template, filled. Raises jinja2.UndefinedError where it names what is not `shown`."""
    return _environment(package).get_template(template).render(shown)


def asset(package: str, name: str) -> str:
    """The text of a style or script that lies in `package`."""
    return files(package).joinpath(name).read_text("utf-8")


def digest(text: str) -> str:
    """What a Content-Security-Policy calls exactly this style or script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")


@cache
def _environment(package: str) -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined  # here: a start needs no page, and is not to wait

    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
