"""audit chain

Lines of the operations log become a chain; the association a user works for; what a phone says of itself.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
import server.models.columns

revision = '0032'
down_revision = '0051'
branch_labels = None
depends_on = None

MOMENT = server.models.columns.Moment(timezone=True)
AUDITS = sa.table(
    'audits', sa.column('project_id', sa.Integer), sa.column('id', sa.String), sa.column('at', MOMENT),
    sa.column('actor', sa.String), sa.column('action', sa.String), sa.column('target', sa.String),
    sa.column('details', sa.JSON), sa.column('seq', sa.BigInteger), sa.column('hash', sa.String),
)
HEADS = sa.table(
    'audit_heads', sa.column('project_id', sa.Integer), sa.column('seq', sa.BigInteger), sa.column('hash', sa.String)
)


def upgrade() -> None:
    op.add_column('audits', sa.Column('seq', sa.BigInteger(), nullable=True))
    op.add_column('audits', sa.Column('hash', sa.String(length=64), nullable=False, server_default=''))
    op.create_index('ix_audits_project_id_seq', 'audits', ['project_id', 'seq'], unique=True)
    op.create_table(
        'audit_heads',
        sa.Column('project_id', sa.Integer(), nullable=False),
        sa.Column('seq', sa.BigInteger(), nullable=False),
        sa.Column('hash', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_audit_heads_project_id')),
        sa.PrimaryKeyConstraint('project_id', name=op.f('pk_audit_heads')),
    )
    op.add_column('users', sa.Column('association', sa.String(length=255), nullable=False, server_default=''))
    op.add_column('devices', sa.Column('report', sa.JSON(), nullable=True))
    op.add_column('devices', sa.Column('reported_at', MOMENT, nullable=True))
    chain(op.get_bind())


def chain(connection: sa.Connection) -> None:
    """Chain the lines that are there already, by their time: as `services.audits` does."""
    heads: dict[int, tuple[int, str]] = {}
    for row in connection.execute(sa.select(AUDITS).order_by(AUDITS.c.project_id, AUDITS.c.at, AUDITS.c.id)).all():
        seq, before = heads.get(row.project_id, (0, ''))
        at: datetime = row.at
        told = [before, seq + 1, row.id, at.astimezone(UTC).isoformat(), row.actor, row.action, row.target, row.details]
        text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(',', ':'))
        heads[row.project_id] = (seq + 1, hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest())
        connection.execute(
            AUDITS.update()
            .where(AUDITS.c.project_id == row.project_id, AUDITS.c.id == row.id)
            .values(seq=heads[row.project_id][0], hash=heads[row.project_id][1])
        )
    for project_id, (seq, last) in heads.items():
        connection.execute(HEADS.insert().values(project_id=project_id, seq=seq, hash=last))


def downgrade() -> None:
    op.drop_column('devices', 'reported_at')
    op.drop_column('devices', 'report')
    op.drop_column('users', 'association')
    op.drop_table('audit_heads')
    op.drop_index('ix_audits_project_id_seq', table_name='audits')
    op.drop_column('audits', 'hash')
    op.drop_column('audits', 'seq')
