"""What the process that tutors are forked from has done before: all imports, and the rules compiled.

A tutor does the latter beside its start, and is not waited for; here a hundred of them would do it side by side.
"""

from flows.words.wishes import warm
from tests.support import serve as serve
from tests.support.builders import shelf

WARM = tuple(warm(shelf().wishes))
