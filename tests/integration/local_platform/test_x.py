import asyncpg
from aiokafka import AIOKafkaProducer
import pytest
@pytest.mark.parametrize("n",range(4))
async def test_a(postgres, kafka, namespace,n):
    db = await postgres.create_database("intake")
    c = await asyncpg.connect(db.owner_dsn)
    await c.execute("create table t(x int)")
    await c.close()
    print(kafka, namespace)
async def test_b(): pass
