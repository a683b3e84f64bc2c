"""rate counts

Limits of requests are counted for all processes and servers together; servers say what they are set to.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.models.columns import Moment

revision = '0068'
down_revision = '0076'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'rate_counts',
        sa.Column('key_hash', sa.String(64), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        sa.Column('ends_at', sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint('key_hash', name='pk_rate_counts'),
    )
    op.create_index('ix_rate_counts_ends_at', 'rate_counts', ['ends_at'])
    op.create_table(
        'servers',
        sa.Column('id', sa.String(64), nullable=False),
        sa.Column('name', sa.String(255), nullable=False),
        sa.Column('seen_at', Moment(), nullable=False),
        sa.Column('told', sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint('id', name='pk_servers'),
    )


def downgrade() -> None:
    op.drop_table('servers')
    op.drop_table('rate_counts')
