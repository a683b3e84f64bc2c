"""user identities

Officers may sign in through a provider of their house; the account there that is hers is noted once.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.models.columns import Moment

revision = '0069'
down_revision = '0068'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'user_identities',
        sa.Column('issuer', sa.String(255), nullable=False),
        sa.Column('subject', sa.String(255), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('linked_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('issuer', 'subject', name='pk_user_identities'),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name='fk_user_identities_user_id'),
    )
    op.create_index('ix_user_identities_user_id', 'user_identities', ['user_id'])


def downgrade() -> None:
    op.drop_table('user_identities')
