"""What a service has published, as it waits for the relay."""

from uuid import UUID

import asyncpg

from local_platform.postgres import Database


async def published_types(database: Database, case: UUID) -> list[str]:
    """The types of a case's published events, in order."""
    owner = await asyncpg.connect(database.owner_dsn)
    try:
        rows = await owner.fetch(
            "select outbox.type from outbox join events using (stream_id, version) where case_id = $1 "
            "order by outbox.position",
            case,
        )
    finally:
        await owner.close()
    return [row["type"] for row in rows]
