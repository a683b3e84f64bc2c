"""erasure

What was erased, by its ids; when a record and a submission were.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

TABLES = ('entities', 'submissions')


def upgrade() -> None:
    op.create_table(
        'erased',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('id', sa.String(length=255), nullable=False),
        sa.Column('at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('app_user_id', sa.Integer(), nullable=True),
        sa.Column('device_id', sa.String(length=255), nullable=True),
        sa.Column('seq', sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_erased_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'kind', 'id', name=op.f('pk_erased')),
    )
    with op.batch_alter_table('erased') as batch_op:
        batch_op.create_index(
            'ix_erased_project_id_app_user_id_device_id_seq', ['project_id', 'app_user_id', 'device_id', 'seq']
        )
    for name in TABLES:
        op.add_column(name, sa.Column('erased_at', server.models.columns.Moment(timezone=True), nullable=True))


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_column(name, 'erased_at')  # in place: others refer to these tables
    op.drop_table('erased')
