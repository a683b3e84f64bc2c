"""form drafts

Forms that are being prepared, and who fills a published one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0031'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'form_versions', sa.Column('audience', sa.String(length=16), nullable=False, server_default='both')
    )
    op.create_table(
        'form_drafts',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('form_id', sa.String(length=255), nullable=False),
        sa.Column('version', sa.String(length=255), nullable=False),
        sa.Column('title', sa.String(), nullable=False),
        sa.Column('audience', sa.String(length=16), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('source', sa.LargeBinary(), nullable=False),
        sa.Column('xform', sa.LargeBinary(), nullable=False),
        sa.Column('warnings', sa.JSON(), nullable=False),
        sa.Column('at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=255), nullable=False),
        sa.Column('tested', sa.LargeBinary(), nullable=True),
        sa.Column('tested_at', server.models.columns.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_form_drafts_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'form_id', name=op.f('pk_form_drafts')),
    )
    op.create_table(
        'draft_files',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('form_id', sa.String(length=255), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_draft_files_project_id')),
        sa.ForeignKeyConstraint(
            ['project_id', 'form_id'],
            ['form_drafts.project_id', 'form_drafts.form_id'],
            name=op.f('fk_draft_files_project_id_form_id'),
        ),
        sa.ForeignKeyConstraint(
            ['project_id', 'sha256'], ['blobs.project_id', 'blobs.sha256'], name=op.f('fk_draft_files_project_id_sha256')
        ),
        sa.PrimaryKeyConstraint('project_id', 'form_id', 'name', name=op.f('pk_draft_files')),
    )
    op.create_index('ix_draft_files_project_id_sha256', 'draft_files', ['project_id', 'sha256'])


def downgrade() -> None:
    op.drop_table('draft_files')
    op.drop_table('form_drafts')
    op.drop_column('form_versions', 'audience')
