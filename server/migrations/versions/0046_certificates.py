"""certificates

Certificates of qualification and training attestations, and the counters of their numbers.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0046'
down_revision = '0032'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'certificate_counters',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('year', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('last', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_certificate_counters_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'kind', 'year', name=op.f('pk_certificate_counters')),
    )
    op.create_table(
        'certificates',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('id', sa.String(length=36), nullable=False),
        sa.Column('kind', sa.String(length=16), nullable=False),
        sa.Column('year', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('entity_id', sa.String(length=36), nullable=False),
        sa.Column('session', sa.String(length=255), nullable=False),
        sa.Column('subject', sa.JSON(), nullable=False),
        sa.Column('action_id', sa.String(length=255), nullable=True),
        sa.Column('issued_at', server.models.columns.Moment(timezone=True), nullable=False),
        sa.Column('issued_by', sa.String(length=255), nullable=False),
        sa.Column('cancelled_at', server.models.columns.Moment(timezone=True), nullable=True),
        sa.Column('cancelled_by', sa.String(length=255), nullable=False),
        sa.Column('reason', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ['project_id', 'entity_id'],
            ['entities.project_id', 'entities.id'],
            name=op.f('fk_certificates_project_id_entity_id'),
        ),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_certificates_project_id')),
        sa.PrimaryKeyConstraint('project_id', 'id', name=op.f('pk_certificates')),
    )
    op.create_index('ix_certificates_project_id_entity_id', 'certificates', ['project_id', 'entity_id'], unique=False)
    op.create_index(
        'ix_certificates_project_id_kind_session', 'certificates', ['project_id', 'kind', 'session'], unique=False
    )
    op.create_index(
        'ix_certificates_project_id_kind_year_number',
        'certificates',
        ['project_id', 'kind', 'year', 'number'],
        unique=True,
    )


def downgrade() -> None:
    op.drop_index('ix_certificates_project_id_kind_year_number', table_name='certificates')
    op.drop_index('ix_certificates_project_id_kind_session', table_name='certificates')
    op.drop_index('ix_certificates_project_id_entity_id', table_name='certificates')
    op.drop_table('certificates')
    op.drop_table('certificate_counters')
