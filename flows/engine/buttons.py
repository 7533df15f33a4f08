"""Ids of the buttons that stand at a step whatever its kind; no step of a lesson can have one of these."""

from __future__ import annotations

MARK = "~"
"""What each of them begins with."""

HUMAN = "~human"
"""A person is asked for: in an emergency lesson at every prompt, elsewhere among the others and after two "stuck"."""

MISTAKE = "~mistake"
"""Nothing has happened, the emergency lesson was opened by mistake."""

OTHER = "~other"
"""Opens the others below; at every prompt of a lesson that is no emergency."""

REPEAT = "~repeat"
BACK = "~back"
REST = "~rest"
BIGGER = "~bigger"
