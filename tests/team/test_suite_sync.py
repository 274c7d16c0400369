"""What push makes of cuts and kills, on Label Studio with PostgreSQL, below a sub-path."""

from tests.integration.test_sync import *  # noqa: F403  # the same tests, on this folder's server
