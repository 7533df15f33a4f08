"""The tables of the union's programs (Gia đình số and the like) and who belongs to them."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from storage.engine.columns import instant, key_column, maybe_instant, metadata, number, text_column

union_model = Table(
    "union_model",
    metadata,
    key_column("model_id"),
    text_column("kind"),
    text_column("area_id"),
    text_column("name"),
    number("year"),
    maybe_instant("ended_at"),
)
Index("union_model_area", union_model.c.area_id)

membership = Table(
    "membership",
    metadata,
    text_column("model_id"),
    text_column("learner_id"),
    instant("since_at"),
    PrimaryKeyConstraint("model_id", "learner_id"),
)
Index("membership_learner", membership.c.learner_id)
