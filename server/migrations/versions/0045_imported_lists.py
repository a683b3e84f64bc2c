"""lists of women that an officer sent in

Edited exports and lists typed by hand: what was done for each, so that it can be undone whole.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0045'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'imported_lists',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('sha256', sa.String(length=64), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=255), nullable=False),
        sa.Column('mapping', sa.JSON(), nullable=False),
        sa.Column('consent_on', sa.String(length=10), nullable=False),
        sa.Column('actions', sa.JSON(), nullable=False),
        sa.Column('counts', sa.JSON(), nullable=False),
        sa.Column('decided_at', server.models.columns.Moment(timezone=True), nullable=True),
        sa.Column('decided_by', sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_imported_lists_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_imported_lists')),
    )
    op.create_index('ix_imported_lists_project_id_at', 'imported_lists', ['project_id', 'at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_imported_lists_project_id_at', table_name='imported_lists')
    op.drop_table('imported_lists')
