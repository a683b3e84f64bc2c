"""project names

The chamber's name stands in both languages, and its papers say the town where they are made. A project that still bears
the French name that was installed gets the Arabic one beside it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0077'
down_revision = '0074'
branch_labels = None
depends_on = None

FRENCH = 'Chambre de l’Artisanat et des Métiers d’Oran'
BOTH = f'{FRENCH} – غرفة الصناعة التقليدية والحرف لولاية وهران'
TOWN = 'Oran – وهران'
PROJECTS = sa.table('projects', sa.column('name', sa.String), sa.column('town', sa.String))


def upgrade() -> None:
    op.add_column('projects', sa.Column('town', sa.String(length=255), nullable=False, server_default=''))
    op.execute(PROJECTS.update().where(PROJECTS.c.name == FRENCH).values(name=BOTH, town=TOWN))


def downgrade() -> None:
    op.execute(PROJECTS.update().where(PROJECTS.c.name == BOTH).values(name=FRENCH))
    op.drop_column('projects', 'town')
