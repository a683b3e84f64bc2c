"""breaches

The register of breaches that law 18-07 asks for (art. 43): what happened, whom it touched, what was done, when the ANPDP
was told.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.models.columns import Moment

revision = '0079'
down_revision = '0063'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'breaches',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('app_user_id', sa.Integer(), nullable=True),
        sa.Column('known_at', Moment(), nullable=False),
        sa.Column('since', Moment(), nullable=True),
        sa.Column('due_at', Moment(), nullable=False),
        sa.Column('noted_at', Moment(), nullable=False),
        sa.Column('by', sa.String(length=255), nullable=False),
        sa.Column('affected', sa.Integer(), nullable=False),
        sa.Column('effects', sa.String(), nullable=False),
        sa.Column('measures', sa.String(), nullable=False),
        sa.Column('reference', sa.String(length=255), nullable=False),
        sa.Column('notified_at', Moment(), nullable=True),
        sa.Column('informed_at', Moment(), nullable=True),
        sa.Column('closed_at', Moment(), nullable=True),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_breaches_project_id')),
        sa.ForeignKeyConstraint(
            ['project_id', 'app_user_id'], ['app_users.project_id', 'app_users.id'],
            name=op.f('fk_breaches_project_id_app_user_id'),
        ),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_breaches')),
    )
    op.create_index('ix_breaches_project_id_closed_at', 'breaches', ['project_id', 'closed_at', 'known_at'])
    op.create_index('ix_breaches_project_id_app_user_id', 'breaches', ['project_id', 'app_user_id'])


def downgrade() -> None:
    op.drop_table('breaches')
