"""workbooks

Workbooks being made, saved options, and the year's targets.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0040'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'workbook_jobs',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('asked_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('asked_by', sa.String(length=255), nullable=False),
        sa.Column('asked', sa.JSON(), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('done', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('touched_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('size_bytes', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_workbook_jobs_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_workbook_jobs')),
    )
    with op.batch_alter_table('workbook_jobs') as batch_op:
        batch_op.create_index('ix_workbook_jobs_project_id_asked_at', ['project_id', 'asked_at'])
    op.create_table(
        'workbook_presets',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('asked', sa.JSON(), nullable=False),
        sa.Column('every', sa.String(length=16), nullable=False),
        sa.Column('made_at', server.models.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_workbook_presets_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_workbook_presets')),
    )
    op.create_table(
        'targets',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('indicator', sa.String(length=8), nullable=False),
        sa.Column('value', sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_targets_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'year', 'indicator', name=op.f('pk_targets')),
    )


def downgrade() -> None:
    op.drop_table('targets')
    op.drop_table('workbook_presets')
    with op.batch_alter_table('workbook_jobs') as batch_op:
        batch_op.drop_index('ix_workbook_jobs_project_id_asked_at')
    op.drop_table('workbook_jobs')
