"""own passwords

Whether a password was made for its owner, who chooses her own at her first sign-in.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0057'
down_revision = '0040'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('users', sa.Column('must_change', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('users', 'must_change')
