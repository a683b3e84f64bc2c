"""record associations

The association that a record names stands beside its words, so that the women of one are listed and counted by an
index and not by reading every record. The indexes of the lists hold all that is asked to find a late page.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0060'
down_revision = '0053'
branch_labels = None
depends_on = None

BEGIN = ['project_id', 'list', 'shown']
NAMED = {
    'ix_record_index_project_id_list_shown_sort': [*BEGIN, 'sort'],
    'ix_record_index_project_id_list_shown_scope_sort': [*BEGIN, 'scope', 'sort'],
}
ASSOCIATION = 'ix_record_index_project_id_list_shown_association_sort'


def upgrade() -> None:
    connection = op.get_bind()
    postgres = connection.dialect.name == 'postgresql'
    plain = sa.String(255, collation='C') if postgres else sa.String(255)
    op.add_column('record_index', sa.Column('association', plain, nullable=False, server_default=''))
    said = "entities.data ->> 'association'" if postgres else "json_extract(entities.data, '$.association')"
    connection.execute(
        sa.text(
            f'UPDATE record_index SET association = coalesce((SELECT substr({said}, 1, 255) FROM entities '  # noqa: S608
            'WHERE entities.project_id = record_index.project_id AND entities.id = record_index.entity_id), \'\')'
        )
    )
    for name, columns in NAMED.items():
        op.drop_index(name, table_name='record_index')
        op.create_index(name, 'record_index', [*columns, 'entity_id'])
    op.create_index(ASSOCIATION, 'record_index', [*BEGIN, 'association', 'sort', 'entity_id'])
    op.execute('ANALYZE record_index')  # else the new index is thought to be the best for every list


def downgrade() -> None:
    op.drop_index(ASSOCIATION, table_name='record_index')
    for name, columns in NAMED.items():
        op.drop_index(name, table_name='record_index')
        op.create_index(name, 'record_index', columns)
    op.drop_column('record_index', 'association')
