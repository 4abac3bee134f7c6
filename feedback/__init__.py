"""What people said: comparisons with their decisions and answers, and votes, kept in SQLite or PostgreSQL.

Records are only ever added. Prompts and answers are kept where their author consented, else their hashes and lengths.
"""

from __future__ import annotations
