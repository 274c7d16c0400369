"""The loop's tests, on Label Studio with PostgreSQL, below a sub-path, with a personal token."""

import pytest

from tests.integration.test_loop import *  # noqa: F403  # the same tests, on this folder's server

# here every job comes with a personal token, and a user has but one
del test_disabled_legacy_tokens_are_told_and_a_personal_token_is_let_in  # noqa: F821

pytestmark = pytest.mark.filterwarnings("ignore:The `parse_obj`:DeprecationWarning")  # the SDK's
