"""desk lists

What the desk lists and counts of the submissions is found by an index: those that count, those that an officer spoke
of, those that are flagged.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0058'
down_revision = '0062'
branch_labels = None
depends_on = None

STATE = 'ix_submissions_project_id_review_state'
FLAGGED = 'problem IS NOT NULL OR outside_scope IS '


def upgrade() -> None:
    op.create_index('ix_submissions_current', 'submissions', ['project_id', 'superseded', 'received_at', 'instance_id'])
    op.create_index(
        'ix_submissions_flagged',
        'submissions',
        ['project_id', 'received_at'],
        sqlite_where=sa.text(f'{FLAGGED}1'),
        postgresql_where=sa.text(f'{FLAGGED}true'),
    )
    op.drop_index(STATE, table_name='submissions')
    spoken_of = sa.text('review_state IS NOT NULL')
    op.create_index(
        STATE, 'submissions', ['project_id', 'review_state'], sqlite_where=spoken_of, postgresql_where=spoken_of
    )


def downgrade() -> None:
    op.drop_index(STATE, table_name='submissions')
    op.create_index(STATE, 'submissions', ['project_id', 'review_state'])
    op.drop_index('ix_submissions_flagged', table_name='submissions')
    op.drop_index('ix_submissions_current', table_name='submissions')
