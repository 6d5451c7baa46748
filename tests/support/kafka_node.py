"""One node of a Kafka cluster of our own, and how Kafka's programs are run."""

import dataclasses
import os
import pathlib
import subprocess

from support.processes import REPOSITORY, ChildProcess


@dataclasses.dataclass(slots=True)
class Node:
    """Its place in the cluster, and the process that fills it."""

    number: int
    port: int
    controller_port: int
    folder: pathlib.Path
    process: ChildProcess | None = None


def jars():
    """The folder of Kafka's jars, fetched where it is not there yet."""
    done = subprocess.run([REPOSITORY / "scripts/install-kafka"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return done.stdout.strip()


def java():
    """The Java to use: that of JAVA_HOME, else the one in the path."""
    home = os.environ.get("JAVA_HOME")
    return f"{home}/bin/java" if home else "java"


def java_command(folder, *options):
    """Runs a class out of the jars of a folder; what an authorizer refuses is logged."""
    return [java(), *options, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
            "-Dorg.slf4j.simpleLogger.log.kafka.authorizer.logger=info", "-cp", f"{folder}/*"]
