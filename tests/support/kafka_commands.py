"""Kafka's programs for operators, run on a cluster."""

import functools
import json
import pathlib
import subprocess
import tempfile
import zipfile

from support.kafka_node import java_command

_PACKAGES = ("org/apache/kafka/tools", "org/apache/kafka/tools/consumer/group", "kafka/admin")  # of Kafka 3 and Kafka 4


@functools.cache
def class_of(folder, name):
    """The class of a command such as `AclCommand`, which moved from one jar to another between versions."""
    for jar in sorted(pathlib.Path(folder).glob("kafka*.jar")):
        with zipfile.ZipFile(jar) as archive:
            for package in _PACKAGES:
                if f"{package}/{name}.class" in archive.namelist():
                    return f"{package}/{name}".replace("/", ".")
    raise LookupError(f"Kafka in {folder} has no {name}")


class KafkaCommands:
    """A base for what has `brokers`."""

    brokers = ""

    def __init__(self, jars):
        self._jars = jars

    def command(self, name, *arguments):
        """Runs one of Kafka's programs for operators, such as `AclCommand`; what it printed."""
        done = subprocess.run([*java_command(self._jars, "-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                               class_of(self._jars, name), "--bootstrap-server", self.brokers, *map(str, arguments)],
                              capture_output=True, text=True, check=False, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{name}: {done.stdout[-500:]} {done.stderr[-500:]}")
        return done.stdout

    def change_rights(self, *arguments):
        """Adds or removes access control lists, in the words of kafka-acls."""
        return self.command("AclCommand", *arguments, *(["--force"] if "--remove" in arguments else []))

    def set_quota(self, user, **rates):
        """Bytes a second per broker, such as producer_byte_rate=1000; None takes the quota away."""
        given = ",".join(f"{name}={rate}" for name, rate in rates.items() if rate is not None)
        gone = ",".join(name for name, rate in rates.items() if rate is None)
        self.command("ConfigCommand", "--alter", "--entity-type", "users", "--entity-name", user,
                     *(["--add-config", given] if given else []), *(["--delete-config", gone] if gone else []))

    def delete_records(self, places):
        """Deletes what stands before an offset: {(topic, partition): offset, or -1 for the end}."""
        wanted = [{"topic": topic, "partition": partition, "offset": offset} for (topic, partition), offset in places.items()]
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"version": 1, "partitions": wanted}, file)
            file.flush()
            self.command("DeleteRecordsCommand", "--offset-json-file", file.name)
