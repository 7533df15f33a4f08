"""`./camtay scenes`: practice screens as a table with the lessons that show them, and as pictures in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.cli.language import told
from bot.cli.sheets import aligned
from bot.cli.terminal import Print, seen, unwritten
from bot.errors import SettingsInvalid
from bot.media.looking import picture_of
from flows.reading.loader import LessonSet, load_folder
from flows.saying import say
from flows.scenes.pen import WIDTH
from flows.scenes.reading import SCENES, Scene
from flows.yaml.fields import did_you_mean

ACROSS, DOWN = 4, 2  # screens of one sheet
CAPTION = 34  # pixels for the name below a screen
ROOM = 24


def show(root: Path, facts: Mapping[str, str], names: Sequence[str], out: Path | None, ring: str, write: Print) -> int:
    """List the screens called `names` (none: all) and draw them into `out`; 1 when a file has a fault. Raises
    SettingsInvalid for an unknown name and where nothing can be written."""
    library = load_folder(root, facts)
    faults = [each for each in library.problems if Path(each.place.path).parent.name == SCENES]
    for each in faults:
        write(str(seen(each)))
    for name in names:
        if name not in library.scenes and not any(Path(each.place.path).stem == name for each in faults):
            near = did_you_mean(name, library.scenes)
            raise SettingsInvalid(say("Không có màn hình tập nào tên “{name}”. {near}", name=name, near=near))
    chosen = [scene for name, scene in library.scenes.items() if not names or name in names]
    write("\n".join(_table(library, chosen)))
    if out is not None and chosen:
        try:
            _draw(chosen, out, ring)
        except OSError as fault:
            raise unwritten(fault, out) from None
        write(told("{count} màn hình đã vẽ vào {folder}", count=len(chosen), folder=out))
    return 1 if any(each.severity == "error" for each in faults) else 0


def _table(library: LessonSet, scenes: Sequence[Scene]) -> Iterator[str]:
    used: dict[str, list[str]] = {}
    for draft in library.drafts:
        for step in draft.lesson.steps if draft.lesson else ():
            if step.image and step.image.scene and draft.lesson:
                used.setdefault(step.image.scene, []).append(draft.lesson.id)
    heads = [told("màn hình"), told("vẽ ngày"), told("theo"), told("bài dùng")]
    rows = [
        [each.name, each.drawn_on, each.about or "-", " ".join(dict.fromkeys(used.get(each.name, ()))) or "-"]
        for each in scenes
    ]
    return iter(aligned([heads, *rows], {0, 1, 2, 3}))


def _draw(scenes: Sequence[Scene], out: Path, ring: str) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for scene in scenes:
        (out / f"{scene.name}.png").write_bytes(picture_of(scene.drawing.svg(ring)))
    for at in range(0, len(scenes), ACROSS * DOWN):
        sheet = picture_of(_sheet(scenes[at : at + ACROSS * DOWN]))
        (out / f"_{at // (ACROSS * DOWN) + 1:02}.png").write_bytes(sheet)


def _sheet(scenes: Sequence[Scene]) -> str:
    """Screens beside and below one another at half their size, each with its name."""
    lines = [scenes[at : at + ACROSS] for at in range(0, len(scenes), ACROSS)]
    parts: list[str] = []
    top = ROOM
    for line in lines:
        for at, scene in enumerate(line):
            left = ROOM + at * (WIDTH + ROOM)
            parts.append(f'<g transform="translate({left} {top})">{scene.drawing.svg()}</g>')
            parts.append(f'<text x="{left}" y="{top + scene.drawing.height + 24}" font-size="20">{scene.name}</text>')
        top += max(scene.drawing.height for scene in line) + CAPTION + ROOM
    width = ROOM + min(ACROSS, len(scenes)) * (WIDTH + ROOM)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width / 2:g}" height="{top / 2:g}" '
        f'viewBox="0 0 {width} {top}" font-family="Be Vietnam Pro">'
        f'<rect width="{width}" height="{top}" fill="#fff"/>{"".join(parts)}</svg>'
    )
