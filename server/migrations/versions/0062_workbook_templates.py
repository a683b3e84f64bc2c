"""workbook templates

The chamber's own workbooks that exports fill.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0062'
down_revision = '0066'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'workbook_templates',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('size_bytes', sa.Integer(), nullable=False),
        sa.Column('put_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('put_by', sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_workbook_templates_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_workbook_templates')),
    )


def downgrade() -> None:
    op.drop_table('workbook_templates')
