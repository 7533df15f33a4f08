"""A code as a picture for another phone's camera: it opens this page there and brings the code along."""

from __future__ import annotations

import io
import re

CODE = re.compile(r"(?:noi=[a-z]{1,10}(?:-[a-z]{1,10}){3}|moi=MOI(?:-[0-9A-Z]{4}){2})")
"""What an address of the page may bring: the four words that join two phones, or a code that somebody gave."""


def drawn(page: str, code: str) -> bytes:
    """An SVG of the address of `page` with a code that matches CODE: dark on white, with the rim that readers need."""
    import segno  # here: a start draws nothing, and is not to wait

    picture = io.BytesIO()
    segno.make(f"{page.rstrip('/')}/?{code}", error="m").save(picture, kind="svg", scale=8, light="#fff", dark="#000")
    return picture.getvalue()
