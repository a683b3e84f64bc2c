"""found submissions

Submissions that are found by their records (of a commune, by a name) are put in order from an index: without it each
row is read, with its XML.
"""

from __future__ import annotations

from alembic import op

revision = '0061'
down_revision = '0060'
branch_labels = None
depends_on = None

FOUND = 'ix_submissions_found'


def upgrade() -> None:
    columns = ['project_id', 'instance_id', 'superseded', 'form_id', 'received_at']
    op.create_index(FOUND, 'submissions', columns)


def downgrade() -> None:
    op.drop_index(FOUND, table_name='submissions')
