"""reviews

What officers said of a submission, and the state they gave it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0030'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('submissions', sa.Column('review_state', sa.String(length=16), nullable=True))
    op.create_index('ix_submissions_project_id_review_state', 'submissions', ['project_id', 'review_state'])
    op.create_table(
        'remarks',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('instance_id', sa.String(length=255), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_remarks_project_id')),
        sa.ForeignKeyConstraint(
            ['project_id', 'instance_id'],
            ['submissions.project_id', 'submissions.instance_id'],
            name=op.f('fk_remarks_project_id_instance_id'),
        ),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_remarks')),
    )
    op.create_index('ix_remarks_project_id_instance_id', 'remarks', ['project_id', 'instance_id'])


def downgrade() -> None:
    op.drop_table('remarks')
    op.drop_index('ix_submissions_project_id_review_state', table_name='submissions')
    op.drop_column('submissions', 'review_state')
