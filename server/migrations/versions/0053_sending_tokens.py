"""sending tokens

A phone's token that lies clear may be one that only sends. Back, such a token may do again what it might before there
were two: phones that are in the field must go on sending.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0053'
down_revision = '0059'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('app_user_tokens', sa.Column('sends_only', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('app_user_tokens', 'sends_only')
