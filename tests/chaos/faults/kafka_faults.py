"""Harm to the brokers and to the way there."""

from support.kafka_wire import END_TXN, TXN_OFFSET_COMMIT

from chaos.cluster import NODES
from chaos.faults.fault import Fault


class KafkaFault(Fault):
    """Alone with Kafka, and only when its copies are whole: two brokers of three must not be behind."""

    needs = ("kafka",)

    def run(self, context):
        kafka = context.world.kafka
        done = self.harm(context, kafka, context.chance.randint(1, NODES))
        kafka.wait_whole()
        return done

    def harm(self, context, kafka, number):
        """What run() returns; the caller waits until the copies are whole again."""
        raise NotImplementedError


class BrokerKill(KafkaFault):
    """SIGKILL of a broker: leaders, coordinators and perhaps the controller are gone at once."""

    name = "broker-kill"

    def harm(self, context, kafka, number):
        kafka.kill_node(number)
        context.hold(0.5, 8)
        kafka.start_node(number)


class BrokerRestart(KafkaFault):
    """A broker leaves in order and comes back, as in an upgrade."""

    name = "broker-restart"

    def harm(self, context, kafka, number):
        kafka.stop_node(number)
        context.hold(0, 3)
        kafka.start_node(number)


class BrokerStall(KafkaFault):
    """A broker stands still, perhaps long enough to be taken for dead, and then goes on."""

    name = "broker-stall"

    def harm(self, context, kafka, number):
        kafka.pause_node(number)
        context.hold(0.5, 8)
        kafka.resume_node(number)


class LeadersMove(KafkaFault):
    """All partitions get leaders anew, coordinators among them."""

    name = "leaders-move"

    def harm(self, context, kafka, number):
        before = kafka.leaders()
        kafka.move_leaders(context.chance)
        return kafka.leaders() != before


class BrokersDown(KafkaFault):
    """Kafka is away as a whole: a minute in long runs."""

    name = "brokers-down"

    def harm(self, context, kafka, number):
        for node in range(1, NODES + 1):
            kafka.kill_node(node)
        context.hold(*((3, 6) if context.short else (45, 60)))
        kafka.start_dead_nodes()


class KafkaSlow(KafkaFault):
    """The way to a broker gets long."""

    name = "kafka-slow"

    def harm(self, context, kafka, number):
        kafka.proxies[number].delay(context.chance.uniform(0.02, 0.5))
        context.hold(1, 6)
        kafka.proxies[number].delay(0)


class KafkaCut(KafkaFault):
    """The connections to a broker, or to all of them, are reset again and again."""

    name = "kafka-cut"

    def harm(self, context, kafka, number):
        proxies = list(kafka.proxies.values()) if context.chance.random() < 0.5 else [kafka.proxies[number]]
        for _ in range(context.chance.randint(1, 12)):
            for proxy in proxies:
                proxy.cut()
            context.hold(0, 0.5)


class KafkaHalfClose(KafkaFault):
    """One direction ends, the other does not."""

    name = "kafka-half-close"

    def harm(self, context, kafka, number):
        for requests in (False, True):
            kafka.proxies[number].half_close(requests)
            context.hold(0.2, 2)


class KafkaSilent(KafkaFault):
    """Data to and from a broker goes nowhere, and nobody is told."""

    name = "kafka-silent"

    def harm(self, context, kafka, number):
        kafka.proxies[number].freeze()
        context.hold(0.5, 10)
        if context.chance.random() < 0.5:
            kafka.proxies[number].cut()
        kafka.proxies[number].thaw()


class KafkaLostReply(KafkaFault):
    """What was asked is done, such as the end of a transaction, and nobody is told."""

    name = "kafka-lost-reply"

    def harm(self, context, kafka, number):
        proxy = kafka.proxies[number]
        before = proxy.lost_replies
        for _ in range(context.chance.randint(1, 8)):
            proxy.lose_replies_after(context.chance.randint(0, 2000))
            context.hold(0.05, 0.5)
            proxy.lose_replies_after(None)
            context.hold(0, 0.5)
        return proxy.lost_replies > before


class KafkaLateRequest(KafkaFault):
    """The end of a transaction, or its offsets, are held back on the way and come late, perhaps in the middle of the next one."""

    name = "kafka-late-request"

    def harm(self, context, kafka, number):
        before = sum(kafka.wire.late.values())
        for _ in range(context.chance.randint(2, 6)):
            api = context.chance.choice((END_TXN, END_TXN, TXN_OFFSET_COMMIT))
            seconds, cut = context.chance.uniform(0.05, 3), context.chance.random() < 0.7
            for proxy in kafka.proxies.values():
                proxy.hold_next(api, seconds, cut)
            context.hold(0.2, seconds + 0.5)
        for proxy in kafka.proxies.values():
            proxy.forget_orders()
        context.hold(3, 3.5)
        return sum(kafka.wire.late.values()) > before


FAULTS = [BrokerKill, BrokerRestart, BrokerStall, LeadersMove, BrokersDown, KafkaSlow, KafkaCut, KafkaHalfClose, KafkaSilent,
          KafkaLostReply, KafkaLateRequest]
