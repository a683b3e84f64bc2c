"""legal requests

What women asked by law 18-07, with due days and proofs; files that have not come are found by an index.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0022'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'legal_requests',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('entity_id', sa.String(length=36), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('received_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('due_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('by', sa.String(length=255), nullable=False),
        sa.Column('closed_at', server.models.columns.Moment(timezone=True), nullable=True),
        sa.Column('closed_by', sa.String(length=255), nullable=False),
        sa.Column('outcome', sa.String(), nullable=False),
        sa.Column('proof', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_legal_requests_project_id')),
        sa.ForeignKeyConstraint(['project_id', 'entity_id'], ['entities.project_id', 'entities.id'], name=op.f('fk_legal_requests_project_id_entity_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_legal_requests')),
    )
    op.create_index('ix_legal_requests_project_id_entity_id', 'legal_requests', ['project_id', 'entity_id'])
    op.create_index('ix_legal_requests_project_id_state_due_at', 'legal_requests', ['project_id', 'state', 'due_at'])
    op.create_index('ix_submission_attachments_project_id_present', 'submission_attachments', ['project_id', 'present'])


def downgrade() -> None:
    op.drop_index('ix_submission_attachments_project_id_present', table_name='submission_attachments')
    op.drop_table('legal_requests')
