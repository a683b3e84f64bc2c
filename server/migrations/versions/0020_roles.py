"""roles

What a property tells of a person, where a form declares it: by this, records of one person are found.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('list_properties', sa.Column('role', sa.String(length=16), nullable=False, server_default=''))


def downgrade() -> None:
    with op.batch_alter_table('list_properties') as batch_op:
        batch_op.drop_column('role')
