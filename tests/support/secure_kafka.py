"""A Kafka cluster with listeners that ask who comes: SASL/SCRAM, TLS and both, with access control lists.

Tests write and read by the plain listener, whose user may do everything; the processes under test come by another.
"""

import pathlib

from confluent_kafka import libversion

from support.certificates import Authority
from support.kafka_cluster import KafkaCluster
from support.kafka_node import jars
from support.processes import lasting_port

USER, PASSWORD = "sluice", "the-right-one"
MECHANISM = "SCRAM-SHA-512"
_PROTOCOLS = {"LOGIN": "SASL_PLAINTEXT", "TLS": "SSL", "LOGINTLS": "SASL_SSL"}  # by listener
_SENDS_A_GOOD_NONCE = 0x020601FF  # librdkafka 2.6.1; Kafka 4 refuses that of older ones


def scram_works():
    """Whether the librdkafka of this system, which sluice uses too, can log in to this Kafka by SCRAM."""
    kafka = int(pathlib.Path(jars()).name.removeprefix("kafka-").split(".")[0])
    return kafka < 4 or libversion()[1] >= _SENDS_A_GOOD_NONCE


def authorizer():
    """Broker settings: access control lists, which do not bind those who come by the plain listener."""
    return {"authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS", "allow.everyone.if.no.acl.found": "false"}


class SecureKafka(KafkaCluster):
    """Has a user by the name USER, who may do nothing until change_rights() says so."""

    def __init__(self, nodes=1, settings=None):
        super().__init__(nodes, {**authorizer(), **(settings or {})})
        self.authority = Authority(self._folder / "authority")
        self._ports = {(node.number, name): lasting_port() for node in self._nodes for name in _PROTOCOLS}
        self.client_key, self.client_certificate = self.authority.issue(USER)

    def brokers_of(self, protocol):
        """The addresses of the listener that speaks it."""
        listener = next(name for name, spoken in _PROTOCOLS.items() if spoken == protocol)
        return ",".join(f"127.0.0.1:{self._ports[node.number, listener]}" for node in self._nodes)

    def options_of(self, protocol, password=PASSWORD, certificate_authority=None, certificate=None):
        """The client properties that a listener wants."""
        options = {"security.protocol": protocol}
        if "SASL" in protocol:
            options |= {"sasl.mechanism": MECHANISM, "sasl.username": USER, "sasl.password": password}
        if "SSL" in protocol:
            options |= {"ssl.ca.location": certificate_authority or self.authority.certificate}
        if protocol == "SSL":
            key, certificate = certificate or (self.client_key, self.client_certificate)
            options |= {"ssl.certificate.location": certificate, "ssl.key.location": key}
        return options

    def allow(self, *what, principal=f"User:{USER}"):
        """Rights in the words of kafka-acls: allow("--operation", "Write", "--topic", "a")."""
        self.change_rights("--add", "--allow-principal", principal, *what)

    def withdraw(self, *what, principal=f"User:{USER}"):
        self.change_rights("--remove", "--allow-principal", principal, *what)

    def allow_everything(self, principal=f"User:{USER}"):
        self.allow("--operation", "All", "--topic", "*", "--group", "*", "--transactional-id", "*", "--cluster",
                   principal=principal)

    def _format_options(self):
        return ["--add-scram", f'{MECHANISM}=[name={USER},password={PASSWORD}]']

    def _properties(self, node):
        properties = super()._properties(node)
        addresses = [f"{name}://127.0.0.1:{self._ports[node.number, name]}" for name in _PROTOCOLS]
        for name in ("listeners", "advertised.listeners"):
            properties[name] = ",".join([properties[name], *addresses])
        properties["listener.security.protocol.map"] += "".join(f",{name}:{spoken}" for name, spoken in _PROTOCOLS.items())
        properties["inter.broker.listener.name"] = "PLAINTEXT"
        for listener in ("login", "logintls"):
            properties |= self._login(f"listener.name.{listener}")
        key, certificate = self.authority.issue(f"node-{node.number}")
        store = node.folder / "keystore.pem"
        store.write_bytes(key.read_bytes() + certificate.read_bytes())
        for listener in ("tls", "logintls"):
            properties |= self._tls(f"listener.name.{listener}", store)
        properties["listener.name.tls.ssl.client.auth"] = "required"
        return properties

    @staticmethod
    def _login(prefix):
        module = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        return {f"{prefix}.sasl.enabled.mechanisms": MECHANISM,
                f"{prefix}.{MECHANISM.lower()}.sasl.jaas.config": module}

    def _tls(self, prefix, store):
        return {f"{prefix}.ssl.keystore.type": "PEM", f"{prefix}.ssl.keystore.location": store,
                f"{prefix}.ssl.truststore.type": "PEM", f"{prefix}.ssl.truststore.location": self.authority.certificate,
                # The user of a certificate is called by its common name, as the one who logs in is.
                f"{prefix}.ssl.principal.mapping.rules": "RULE:^CN=([^,]*).*$/$1/"}
