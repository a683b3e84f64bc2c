"""session forms

What forms tell of exams and training sessions is kept by session, so that a page reads the sessions it shows and no
others. It is read from the submissions when it is first asked for.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0074'
down_revision = '0061'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'session_forms',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('instance_id', sa.String(length=255), nullable=False),
        sa.Column('form_id', sa.String(length=255), nullable=False),
        sa.Column('stamp', sa.BigInteger(), nullable=False),
        sa.Column('code', sa.String(length=255), nullable=False),
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('facts', sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_session_forms_project_id')),
        sa.ForeignKeyConstraint(
            ['project_id', 'instance_id'], ['submissions.project_id', 'submissions.instance_id'],
            name=op.f('fk_session_forms_project_id_instance_id'),
        ),
        sa.PrimaryKeyConstraint('project_id', 'instance_id', name=op.f('pk_session_forms')),
    )
    op.create_index(
        'ix_session_forms_project_id_form_id_code_day', 'session_forms', ['project_id', 'form_id', 'code', 'day']
    )
    op.create_index('ix_session_forms_project_id_stamp', 'session_forms', ['project_id', 'stamp'])


def downgrade() -> None:
    op.drop_table('session_forms')
