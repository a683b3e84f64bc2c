"""saved filters

Filters of the register that officers give a name.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0023'
down_revision = '0046'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'saved_filters',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('owner', sa.String(length=255), nullable=False),
        sa.Column('name', sa.String(length=80), nullable=False),
        sa.Column('query', sa.String(length=1000), nullable=False),
        sa.Column('created_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_saved_filters_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_saved_filters')),
    )
    op.create_index('ix_saved_filters_project_id_owner', 'saved_filters', ['project_id', 'owner'])


def downgrade() -> None:
    op.drop_table('saved_filters')
