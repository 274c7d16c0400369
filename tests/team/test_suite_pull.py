"""What pull makes of changes, on Label Studio with PostgreSQL, below a sub-path."""

from tests.integration.test_pull import *  # noqa: F403  # the same tests, on this folder's server
