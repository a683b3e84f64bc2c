"""safety

Sessions, tries that failed, second factors, recovery codes, one-time links for a new password.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from server.models.columns import Moment

revision = '0051'
down_revision = '0045'
branch_labels = None
depends_on = None

TABLES = ('user_sessions', 'sign_in_tries', 'second_factors', 'recovery_codes', 'reset_links')


def moment(name: str, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, Moment(timezone=True), nullable=nullable)


def user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f(f'fk_{table}_user_id'))


def upgrade() -> None:
    op.create_table(
        'user_sessions',
        sa.Column('id_hash', sa.String(length=64), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('browser', sa.String(length=255), nullable=False),
        moment('created_at'),
        moment('seen_at'),
        user('user_sessions'),
        sa.PrimaryKeyConstraint('id_hash', name=op.f('pk_user_sessions')),
    )
    op.create_index(op.f('ix_user_sessions_user_id'), 'user_sessions', ['user_id'])
    op.create_table(
        'sign_in_tries',
        sa.Column('email_hash', sa.String(length=64), nullable=False),
        sa.Column('count', sa.Integer(), nullable=False),
        moment('last_at'),
        sa.PrimaryKeyConstraint('email_hash', name=op.f('pk_sign_in_tries')),
    )
    op.create_table(
        'second_factors',
        sa.Column('user_id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('sealed', sa.LargeBinary(), nullable=False),
        sa.Column('last_step', sa.BigInteger(), nullable=False),
        moment('created_at'),
        user('second_factors'),
        sa.PrimaryKeyConstraint('user_id', name=op.f('pk_second_factors')),
    )
    op.create_table(
        'recovery_codes',
        sa.Column('user_id', sa.Integer(), nullable=False, autoincrement=False),
        sa.Column('code_hash', sa.String(length=64), nullable=False),
        moment('used_at', nullable=True),
        user('recovery_codes'),
        sa.PrimaryKeyConstraint('user_id', 'code_hash', name=op.f('pk_recovery_codes')),
    )
    op.create_table(
        'reset_links',
        sa.Column('token_hash', sa.String(length=64), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        moment('created_at'),
        moment('expires_at'),
        moment('used_at', nullable=True),
        user('reset_links'),
        sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_reset_links')),
    )
    op.create_index(op.f('ix_reset_links_user_id'), 'reset_links', ['user_id'])


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
