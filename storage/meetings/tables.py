"""The tables of meetings begun at the desk, and of who came to any meeting."""

from __future__ import annotations

from sqlalchemy import Index, Table

from storage.engine.columns import instant, key_column, maybe_instant, maybe_text, metadata, serial, text_column

meeting = Table(
    "meeting",
    metadata,
    key_column("event_id"),
    text_column("area_id"),
    text_column("lesson"),
    text_column("by"),
    instant("begun_at"),
    maybe_instant("ended_at"),
)
Index("meeting_area", meeting.c.area_id, meeting.c.ended_at)

attendance = Table(
    "attendance",
    metadata,
    serial("attendance_id"),
    text_column("event_id"),
    text_column("area_id"),
    text_column("lesson"),
    maybe_text("learner_id"),
    maybe_text("invitee_id"),
    instant("at"),
    text_column("by"),
)
Index("attendance_event", attendance.c.event_id)
Index("attendance_learner", attendance.c.learner_id)
Index("attendance_invitee", attendance.c.invitee_id)
Index("attendance_once_person", attendance.c.event_id, attendance.c.learner_id, unique=True)
Index("attendance_once_invitee", attendance.c.event_id, attendance.c.invitee_id, unique=True)
