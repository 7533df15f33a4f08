#!/bin/sh
# CPython 3.11's functools.cached_property.
# Guess: once it is computed, a cached property costs a dictionary lookup less, and nothing else of the object changes.
# Seen: writing into the object's __dict__ makes that a dictionary of its own which still shares its keys with the class;
# neither way in which 3.11 specialises the reading of an attribute fits that. Code that reads another attribute of such
# objects stays at LOAD_ATTR_ADAPTIVE for ever, where it else becomes LOAD_ATTR_INSTANCE_VALUE, and takes up to three
# times as long; so does each call of a method on it. One long-lived object that everything passes through (a
# configuration, a book of lessons) slows all that reads it. With slots, or the value made at the start, it does not.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3.11 -m venv "$room/v"
"$room/v/bin/python" - <<'PY'
import dis
import sys
from functools import cached_property
from types import FunctionType


class Book:
    def __init__(self):
        self.lessons = {}

    @cached_property
    def titles(self):
        return ()


def reads(book):
    return book.lessons


def specialised(book):
    """How a fresh function that has read `book.lessons` five hundred times reads it."""
    again = FunctionType(reads.__code__.replace(co_name="again"), globals())
    for _ in range(500):
        again(book)
    return next(each.opname for each in dis.get_instructions(again, adaptive=True) if "ATTR" in each.opname)


plain, used = Book(), Book()
used.titles
print(sys.version.split()[0], specialised(plain), specialised(used))
assert specialised(plain) == "LOAD_ATTR_INSTANCE_VALUE"
assert specialised(used) == "LOAD_ATTR_ADAPTIVE"
PY
