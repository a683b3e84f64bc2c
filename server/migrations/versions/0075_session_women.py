"""session women

Whom a sheet of attendance names, so that her page finds the sheets about a woman without looking into all of them.
The sheets are read anew when they are next asked for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0075'
down_revision = '0067'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'session_women',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('entity_id', sa.String(length=36), nullable=False),
        sa.Column('instance_id', sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_session_women_project_id')),
        sa.ForeignKeyConstraint(
            ['project_id', 'instance_id'], ['session_forms.project_id', 'session_forms.instance_id'],
            name=op.f('fk_session_women_project_id_instance_id'), ondelete='CASCADE',
        ),
        sa.PrimaryKeyConstraint('project_id', 'entity_id', 'instance_id', name=op.f('pk_session_women')),
        sqlite_with_rowid=False,
    )
    op.create_index('ix_session_women_project_id_instance_id', 'session_women', ['project_id', 'instance_id'])
    op.execute('DELETE FROM session_forms')


def downgrade() -> None:
    op.drop_table('session_women')
