"""shared uploads

Uploads of photographs that several servers take turns at, and what is still to be removed from the store.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.models.columns import Moment

revision = '0067'
down_revision = '0077'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'uploads',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(64), nullable=False),
        sa.Column('app_user_id', sa.Integer(), nullable=False),
        sa.Column('sha256', sa.String(64), nullable=False),
        sa.Column('size', sa.BigInteger(), nullable=False),
        sa.Column('content_type', sa.String(255), nullable=False),
        sa.Column('key_id', sa.String(255), nullable=True),
        sa.Column('position', sa.BigInteger(), nullable=False),
        sa.Column('done', sa.Boolean(), nullable=False),
        sa.Column('touched_at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('project_id', 'id', name='pk_uploads'),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name='fk_uploads_project_id'),
    )
    op.create_index('ix_uploads_touched_at', 'uploads', ['touched_at'])
    op.create_table(
        'upload_pieces',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('upload_id', sa.String(64), nullable=False),
        sa.Column('start', sa.BigInteger(), nullable=False),
        sa.Column('name', sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint('project_id', 'upload_id', 'start', name='pk_upload_pieces'),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name='fk_upload_pieces_project_id'),
        sa.ForeignKeyConstraint(
            ['project_id', 'upload_id'], ['uploads.project_id', 'uploads.id'],
            name='fk_upload_pieces_project_id_upload_id', ondelete='CASCADE',
        ),
    )
    op.create_table(
        'blob_removals',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('sha256', sa.String(64), nullable=False),
        sa.Column('at', Moment(), nullable=False),
        sa.PrimaryKeyConstraint('project_id', 'sha256', name='pk_blob_removals'),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name='fk_blob_removals_project_id'),
    )


def downgrade() -> None:
    op.drop_table('blob_removals')
    op.drop_table('upload_pieces')
    op.drop_table('uploads')
