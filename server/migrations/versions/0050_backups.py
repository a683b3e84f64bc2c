"""backups

Backups that were made and read back.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0050'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'backups',
        sa.Column('name', sa.String(length=32), nullable=False),
        sa.Column('at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('verified_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('counts', sa.Boolean(), nullable=False),
        sa.Column('row_count', sa.BigInteger(), nullable=False),
        sa.Column('file_count', sa.BigInteger(), nullable=False),
        sa.Column('size_bytes', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('name', name=op.f('pk_backups')),
    )


def downgrade() -> None:
    op.drop_table('backups')
