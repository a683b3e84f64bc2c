"""record facets

The values by which lists are narrowed stand beside the words of a record: not every record has to be read whole to
find those of a trade. They are taken in when the register is next read.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0076'
down_revision = '0075'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('record_index', sa.Column('facets', sa.String(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    op.drop_column('record_index', 'facets')
