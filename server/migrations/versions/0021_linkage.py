"""linkage

Words and keys that records are found by, and pairs of records that may be one person. Filled when first read, or by
`find-duplicates`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0021'
down_revision = '0050'
branch_labels = None
depends_on = None

PLAIN = sa.String(length=255).with_variant(sa.String(length=255, collation='C'), 'postgresql')


def upgrade() -> None:
    op.create_table(
        'index_progress',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('list', sa.String(length=255), nullable=False),
        sa.Column('stage', sa.String(length=16), nullable=False),
        sa.Column('counter', sa.BigInteger(), nullable=False),
        sa.Column('basis', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_index_progress_project_id')),
        sa.ForeignKeyConstraint(
            ['project_id', 'list'], ['entity_lists.project_id', 'entity_lists.name'], name=op.f('fk_index_progress_project_id_list')
        ),
        sa.PrimaryKeyConstraint('project_id', 'list', 'stage', name=op.f('pk_index_progress')),
    )
    op.create_table(
        'record_index',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('entity_id', sa.String(length=36), nullable=False),
        sa.Column('list', sa.String(length=255), nullable=False),
        sa.Column('shown', sa.Boolean(), nullable=False),
        sa.Column('scope', PLAIN, nullable=False),
        sa.Column('sort', PLAIN, nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_record_index_project_id')),
        sa.ForeignKeyConstraint(['project_id', 'entity_id'], ['entities.project_id', 'entities.id'], name=op.f('fk_record_index_project_id_entity_id')),
        sa.PrimaryKeyConstraint('project_id', 'entity_id', name=op.f('pk_record_index')),
    )
    op.create_table(
        'linkage_keys',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('key', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('entity_id', sa.String(length=36), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_linkage_keys_project_id')),
        sa.ForeignKeyConstraint(['project_id', 'entity_id'], ['entities.project_id', 'entities.id'], name=op.f('fk_linkage_keys_project_id_entity_id')),
        sa.PrimaryKeyConstraint('project_id', 'key', 'entity_id', name=op.f('pk_linkage_keys')),
    )
    op.create_table(
        'linkage_pairs',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('left_id', sa.String(length=36), nullable=False),
        sa.Column('right_id', sa.String(length=36), nullable=False),
        sa.Column('list', sa.String(length=255), nullable=False),
        sa.Column('score', sa.Integer(), nullable=False),
        sa.Column('reasons', sa.JSON(), nullable=False),
        sa.Column('decision', sa.String(length=16), nullable=False),
        sa.Column('decided_by', sa.String(length=255), nullable=False),
        sa.Column('decided_at', server.models.columns.Moment(timezone=True), nullable=True),
        sa.Column('found_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_linkage_pairs_project_id')),
        sa.ForeignKeyConstraint(['project_id', 'left_id'], ['entities.project_id', 'entities.id'], name=op.f('fk_linkage_pairs_project_id_left_id')),
        sa.ForeignKeyConstraint(['project_id', 'right_id'], ['entities.project_id', 'entities.id'], name=op.f('fk_linkage_pairs_project_id_right_id')),
        sa.PrimaryKeyConstraint('project_id', 'left_id', 'right_id', name=op.f('pk_linkage_pairs')),
    )
    op.create_index('ix_record_index_project_id_list_shown_sort', 'record_index', ['project_id', 'list', 'shown', 'sort'])
    op.create_index('ix_record_index_project_id_list_shown_scope_sort', 'record_index', ['project_id', 'list', 'shown', 'scope', 'sort'])
    op.create_index('ix_linkage_keys_project_id_entity_id', 'linkage_keys', ['project_id', 'entity_id'])
    op.create_index('ix_linkage_pairs_project_id_right_id', 'linkage_pairs', ['project_id', 'right_id'])
    op.create_index('ix_linkage_pairs_project_id_list_decision_score', 'linkage_pairs', ['project_id', 'list', 'decision', 'score'])
    op.create_index('ix_entities_project_id_list_counter', 'entities', ['project_id', 'list', 'counter'])
    op.drop_index('ix_entities_project_id_list', table_name='entities')


def downgrade() -> None:
    op.create_index('ix_entities_project_id_list', 'entities', ['project_id', 'list'])
    op.drop_index('ix_entities_project_id_list_counter', table_name='entities')
    for name in ('linkage_pairs', 'linkage_keys', 'record_index', 'index_progress'):
        op.drop_table(name)
