"""${message}

Rules: one change a file, never edited once released; both directions, tested with rows (tests/server/test_migrations.py); a column
that may not be null is added in two steps, with a value for the rows that are there.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
