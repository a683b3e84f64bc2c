"""What Hypothesis may not judge is how busy the machine is."""

import pytest
from hypothesis import HealthCheck, Phase, settings

from sync.names import fold_name

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
# For `make test-mutants`: that a test fails is all that counts, and the same mutants must live in every run.
settings.register_profile(
    "mutants",
    parent=settings.get_profile("any machine"),
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    print_blob=False,
)
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def _nothing_is_remembered() -> None:
    """A changed function must be asked: the process that tries it may have inherited the answers of the right one."""
    fold_name.cache_clear()
