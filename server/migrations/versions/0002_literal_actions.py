"""actions that a client shows word for word

An action, and an item set aside that may become one, says whether its client shows its own unsent answers word for word, as ODK
Collect does. Those that are there came from our own app, which does not.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

TABLES = ('entity_actions', 'quarantine')


def upgrade() -> None:
    for name in TABLES:
        with op.batch_alter_table(name) as batch_op:
            batch_op.add_column(sa.Column('literal', sa.Boolean(), nullable=True))
        table = sa.table(name, sa.column('literal', sa.Boolean()))
        op.execute(table.update().values(literal=sa.false()))
        with op.batch_alter_table(name) as batch_op:
            batch_op.alter_column('literal', existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    for name in reversed(TABLES):
        with op.batch_alter_table(name) as batch_op:
            batch_op.drop_column('literal')
