"""stamps

Submissions get a number that changes with them, so that the workbook knows which of its rows are as they were.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0066'
down_revision = '0057'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('submissions', sa.Column('stamp', sa.BigInteger(), nullable=False, server_default='0'))
    drawn = 'floor(random() * 4503599627370496)::bigint'
    if op.get_bind().dialect.name == 'sqlite':
        drawn = 'random() & 4503599627370495'
    op.execute(f'UPDATE submissions SET stamp = {drawn}')
    op.create_index(
        'ix_submissions_stamps', 'submissions',
        ['project_id', 'form_id', 'superseded', 'received_at', 'instance_id', 'stamp'],
    )


def downgrade() -> None:
    op.drop_index('ix_submissions_stamps', table_name='submissions')
    with op.batch_alter_table('submissions') as batch_op:
        batch_op.drop_column('stamp')
