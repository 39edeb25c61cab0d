"""A relay as a process of its own, to be killed and stopped: `relay_process.py DSN BOOTSTRAP NAMESPACE SERVICE`."""

import asyncio
import sys

from chassis.relay import Relay

if __name__ == "__main__":
    dsn, bootstrap, namespace, service = sys.argv[1:]
    asyncio.run(Relay(dsn, bootstrap, namespace, service, asyncio.Event()).run(asyncio.Event()))
