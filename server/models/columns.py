"""Column types that both databases store alike."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, String, TypeDecorator
from sqlalchemy.orm import mapped_column


class Moment(TypeDecorator[datetime]):
    """A UTC instant. SQLite drops the zone; it is put back, so that values are always aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


project_key = Annotated[int, mapped_column(ForeignKey("projects.id"), primary_key=True)]
text_key = Annotated[str, mapped_column(String(255), primary_key=True)]
moment = Annotated[datetime, mapped_column(Moment)]
maybe_moment = Annotated[datetime | None, mapped_column(Moment)]
json_object = Annotated[dict[str, Any], mapped_column(JSON)]
maybe_json = Annotated[dict[str, Any] | None, mapped_column(JSON)]
json_list = Annotated[list[Any], mapped_column(JSON)]
