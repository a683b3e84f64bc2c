"""kept photographs

A photograph goes when its time is over, the form that names it stays: its place says since when it is empty, so that
it is neither missed nor asked for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.models.columns import Moment

revision = '0063'
down_revision = '0069'
branch_labels = None
depends_on = None

OLD, NEW = 'ix_submission_attachments_project_id_present', 'ix_submission_attachments_missing'


def upgrade() -> None:
    op.add_column('submission_attachments', sa.Column('removed_at', Moment(), nullable=True))
    op.drop_index(OLD, table_name='submission_attachments')
    op.create_index(NEW, 'submission_attachments', ['project_id', 'present', 'removed_at'])


def downgrade() -> None:
    op.drop_index(NEW, table_name='submission_attachments')
    op.create_index(OLD, 'submission_attachments', ['project_id', 'present'])
    op.drop_column('submission_attachments', 'removed_at')
