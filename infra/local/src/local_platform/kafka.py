"""Apache Kafka 4, one broker that is its own controller, as our own child."""

import base64
import logging
import re
import shutil
import subprocess
import uuid
from pathlib import Path
from string import Template

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from local_platform.checkout import CHECKOUT
from local_platform.processes import (
    Child,
    PartFailed,
    accepts_connections,
    require_free_port,
    run_to_end,
    start_child,
    wait_until_ready,
)
from local_platform.tools import KAFKA_JARS

CONFIGURATION = CHECKOUT / "infra" / "kafka"


class Kafka:
    """A broker on 127.0.0.1 whose data stay in `folder`.

    `durable=False` does not flush each message to disk; only tests ask for that.
    """

    def __init__(self, folder: Path, port: int, controller_port: int, log: Path, *, durable: bool = True) -> None:
        self.port = port
        self.folder = folder
        self._controller_port = controller_port
        self._log = log
        self._durable = durable
        self._child: Child | None = None

    @property
    def address(self) -> str:
        """The bootstrap address for clients."""
        return f"127.0.0.1:{self.port}"

    @property
    def child(self) -> Child:
        """The running broker process."""
        if self._child is None:
            raise PartFailed("Kafka has not been started")
        return self._child

    async def start(self) -> None:
        """Format the data folder the first time, start the broker and wait until it answers a client.

        Raises PartFailed with what to do when Java is missing, a port is taken or the broker does not come up.
        """
        java = require_java()
        if not any(KAFKA_JARS.glob("kafka_*.jar")):
            raise PartFailed("Kafka's jars are not installed: run make setup")
        require_free_port(self.port, "Kafka", "STODVAG_KAFKA_PORT")
        require_free_port(self._controller_port, "Kafka's controller", "STODVAG_KAFKA_CONTROLLER_PORT")
        properties = self._write_properties()
        if not (self.folder / "data" / "meta.properties").exists():
            await self._format(java, properties)
        command = [java, "-Xmx512m", "-XX:+UseSerialGC", "-cp", f"{KAFKA_JARS}/*", _logging_option()]
        self._child = start_child("Kafka", [*command, "kafka.Kafka", str(properties)], self._log)
        await wait_until_ready(self._child, self._answers, seconds=120, pause=0.1)

    async def stop(self) -> None:
        """Hand over, write everything to disk and stop."""
        if self._child is not None:
            await self._child.stop(grace=20)

    async def restart(self) -> None:
        """Start the broker again after it was stopped or killed; its data are as they were."""
        await self.stop()
        await self.start()

    def kill9(self) -> None:
        """End the broker at once, as a power cut would."""
        self.child.kill9()

    def _write_properties(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        template = Template((CONFIGURATION / "server.properties").read_text())
        properties = self.folder / "server.properties"
        properties.write_text(
            template.substitute(
                port=self.port,
                controller_port=self._controller_port,
                folder=self.folder / "data",
                flush_every=1 if self._durable else 10_000,
            )
        )
        return properties

    async def _format(self, java: str, properties: Path) -> None:
        # The first bits of a UUID may make a hyphen of the first character, which the tool would take for an option.
        cluster_id = "S" + base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")[1:]
        command = [java, "-XX:TieredStopAtLevel=1", "-cp", f"{KAFKA_JARS}/*", _logging_option()]
        command += ["kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(properties)]
        formatting = await run_to_end("Kafka", command, self._log)
        if formatting.failed:
            raise PartFailed(f"Kafka could not format its data folder {self.folder}", formatting)

    async def _answers(self) -> bool:
        if not await accepts_connections(self.port):
            return False
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        try:
            await admin.start()
            cluster = await admin.describe_cluster()
        except (KafkaError, OSError):
            return False
        finally:
            await admin.close()
        return bool(cluster["brokers"])


async def require_brokers(address: str) -> None:
    """Take brokers from elsewhere only if they answer.

    Raises:
        PartFailed: they do not.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=address)
    try:
        await admin.start()
        await admin.describe_cluster()
    except (KafkaError, OSError, ValueError) as error:
        raise PartFailed(
            f"Kafka cannot be reached ({type(error).__name__}): "
            "STODVAG_KAFKA must be the bootstrap address, host:port, of brokers that run"
        ) from None
    finally:
        await admin.close()


def require_java() -> str:
    """The path of a Java of version 17 or later; raises PartFailed when there is none."""
    advice = "Kafka needs Java 17 or later: install it, or set STODVAG_KAFKA to the address of a running broker"
    java = shutil.which("java")
    if java is None:
        raise PartFailed(advice)
    version = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    number = re.search(r'version "(\d+)', version)
    if number is None or int(number[1]) < 17:
        raise PartFailed(advice)
    return java


def _logging_option() -> str:
    return f"-Dlog4j2.configurationFile={CONFIGURATION / 'log4j2.properties'}"


def quiet_client_library() -> None:
    """Silence aiokafka's own lines while a broker is starting; failures reach the caller as exceptions."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
