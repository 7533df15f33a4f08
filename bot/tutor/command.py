"""What every command is."""

from __future__ import annotations


class ServiceCommand:
    """Something that is decided with more than one conversation's state: a request, a role, a second phone.

    A policy says it, a service carries it out in the transaction of the same update. An id in a command is only what a
    button carried: whose it is, is read from the database.
    """

    __slots__ = ()
