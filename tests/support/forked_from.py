"""What the process that tutors are forked from has done before: all imports."""

from tests.support import serve as serve
