"""audit indexes

Since consultations are noted, the operations log has a million lines after some years: who, what and of whom are found
by an index each.
"""

from __future__ import annotations

from alembic import op

revision = '0080'
down_revision = '0079'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_audits_project_id_actor', 'audits', ['project_id', 'actor', 'seq'])
    op.create_index('ix_audits_project_id_action', 'audits', ['project_id', 'action', 'seq'])
    op.create_index('ix_audits_project_id_target', 'audits', ['project_id', 'target', 'seq'])


def downgrade() -> None:
    op.drop_index('ix_audits_project_id_target', 'audits')
    op.drop_index('ix_audits_project_id_action', 'audits')
    op.drop_index('ix_audits_project_id_actor', 'audits')
