"""what the office asks of agents

Submissions sent back for correction, and questions about disputed properties.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'corrections',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('instance_id', sa.String(length=255), nullable=False),
        sa.Column('app_user_id', sa.Integer(), nullable=False),
        sa.Column('given_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('comment', sa.String(), nullable=False),
        sa.Column('at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=255), nullable=False),
        sa.Column('open', sa.Boolean(), nullable=False),
        sa.Column('closed_at', server.models.columns.Moment(timezone=True), nullable=True),
        sa.Column('ended', sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ['project_id', 'instance_id'],
            ['submissions.project_id', 'submissions.instance_id'],
            name=op.f('fk_corrections_project_id_instance_id'),
        ),
        sa.ForeignKeyConstraint(
            ['project_id', 'app_user_id'],
            ['app_users.project_id', 'app_users.id'],
            name=op.f('fk_corrections_project_id_app_user_id'),
        ),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_corrections_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_corrections')),
    )
    with op.batch_alter_table('corrections') as batch_op:
        for columns in (['instance_id'], ['app_user_id'], ['open']):
            batch_op.create_index(f'ix_corrections_project_id_{columns[0]}', ['project_id', *columns])
    op.create_table(
        'questions',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('entity_id', sa.String(length=36), nullable=False),
        sa.Column('property', sa.String(length=255), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('by', sa.String(length=255), nullable=False),
        sa.Column('open', sa.Boolean(), nullable=False),
        sa.Column('closed_at', server.models.columns.Moment(timezone=True), nullable=True),
        sa.Column('ended', sa.String(length=16), nullable=False),
        sa.Column('answer', sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ['project_id', 'entity_id'],
            ['entities.project_id', 'entities.id'],
            name=op.f('fk_questions_project_id_entity_id'),
        ),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_questions_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_questions')),
    )
    with op.batch_alter_table('questions') as batch_op:
        for columns in (['entity_id'], ['open']):
            batch_op.create_index(f'ix_questions_project_id_{columns[0]}', ['project_id', *columns])


def downgrade() -> None:
    op.drop_table('questions')
    op.drop_table('corrections')
