"""Square codes on pages."""

from __future__ import annotations


def square(link: str) -> str:
    """The picture of a square code that leads there, as an address that an image shows."""
    import segno  # here: only who shows one pays for it

    return segno.make(link, error="m", micro=False).svg_data_uri(scale=6, border=2)
