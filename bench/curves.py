"""Figures over time as one picture: a small SVG, a curve below the other, by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, LEFT, GAP = 720, 90, 190, 16


def svg(title: str, minutes: Sequence[float], curves: Mapping[str, Sequence[float]]) -> str:
    """Each curve from zero to its own highest value; beside it its name, first, highest and last value."""
    height = 30 + len(curves) * (HEIGHT + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 20} {height}" font-family="sans-serif"'
        f' font-size="12"><rect width="100%" height="100%" fill="white"/><text x="8" y="18">{title}</text>'
    ]
    whole = max(minutes[-1], 1e-9)
    for row, (name, values) in enumerate(curves.items()):
        top, most = 30 + row * (HEIGHT + GAP), max(*values, 1e-9)
        points = " ".join(
            f"{LEFT + at / whole * WIDTH:.1f},{top + HEIGHT - value / most * HEIGHT:.1f}"
            for at, value in zip(minutes, values, strict=True)
        )
        told = f"{values[0]:,.1f} → {values[-1]:,.1f}"
        parts += [
            f'<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#ccc"/>',
            f'<polyline points="{points}" fill="none" stroke="#06c"/>',
            f'<text x="8" y="{top + 30}">{name}</text><text x="8" y="{top + 48}">{told}</text>',
            f'<text x="8" y="{top + 66}">most {most:,.1f}</text>',
        ]
    return "\n".join([*parts, "</svg>\n"])
