"""What the servers of one installation know of each other: how often who tried, and what each is set to."""

from __future__ import annotations

from sqlalchemy import Float, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from server.database import Base
from server.models.columns import json_object, moment


class RateCount(Base):
    """Requests counted against a limit, for all processes and servers together."""

    __tablename__ = "rate_counts"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    ends_at: Mapped[float] = mapped_column(Float, index=True)
    """Seconds since 1970: when counting begins anew."""


class ServerSeen(Base):
    """An application server, and what it is set to; secrets as fingerprints alone."""

    __tablename__ = "servers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Made once and kept in its data folder."""
    name: Mapped[str] = mapped_column(String(255))
    seen_at: Mapped[moment]
    told: Mapped[json_object]
