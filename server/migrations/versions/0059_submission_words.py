"""submission words

Submissions are found by the words of their names, from an index; and by the women they are about without a row of
what was done to these being read.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.services.submission_words import words_of

revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None

AT_ONCE = 2000


def upgrade() -> None:
    word = sa.String(length=40)
    words = op.create_table(
        'submission_words',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('word', word.with_variant(sa.String(length=40, collation='C'), 'postgresql'), nullable=False),
        sa.Column('instance_id', sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_submission_words_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'word', 'instance_id', name=op.f('pk_submission_words')),
        sqlite_with_rowid=False,
    )
    op.drop_index('ix_entity_actions_project_id_entity_id', table_name='entity_actions')
    op.create_index(
        'ix_entity_actions_project_id_entity_id_instance_id', 'entity_actions', ['project_id', 'entity_id', 'instance_id']
    )
    connection = op.get_bind()
    submissions = sa.table('submissions', sa.column('project_id'), sa.column('instance_id'), sa.column('instance_name'))
    key = sa.tuple_(submissions.c.project_id, submissions.c.instance_id)
    last: tuple[int, str] = (0, '')
    while rows := connection.execute(
        sa.select(submissions).where(key > last).order_by(submissions.c.project_id, submissions.c.instance_id).limit(AT_ONCE)
    ).all():
        made = [
            {'project_id': row.project_id, 'word': one, 'instance_id': row.instance_id}
            for row in rows
            for one in words_of(row.instance_name)
        ]
        if made:
            connection.execute(sa.insert(words), made)
        last = (rows[-1].project_id, rows[-1].instance_id)


def downgrade() -> None:
    op.drop_index('ix_entity_actions_project_id_entity_id_instance_id', table_name='entity_actions')
    op.create_index('ix_entity_actions_project_id_entity_id', 'entity_actions', ['project_id', 'entity_id'])
    op.drop_table('submission_words')
