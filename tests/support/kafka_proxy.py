"""A TCP proxy before a Kafka broker that understands the protocol enough to count answers and to hold a request back."""

import collections
import time

from support.kafka_wire import Conversation, Requests
from support.tcp_proxy import TcpProxy, reset

_ANSWER_S = 5  # what a late request may take


class KafkaProxy(TcpProxy):
    """Tells a Wire what the broker answers.

    A request that is held back reaches the broker late by the connection that it came by, as one does that has
    waited in the queues of a network; its sender is cut off, or waits.
    """

    def __init__(self, port, wire):
        super().__init__(port)
        self._wire = wire
        self._orders = collections.deque()  # (api, seconds, whether the sender is cut off)

    def hold_next(self, api, seconds, cut):
        """The next request of that kind waits so long; orders add up, until forget_orders()."""
        self._orders.append((api, seconds, cut))

    def forget_orders(self):
        self._orders.clear()

    def mend(self):
        self.forget_orders()
        super().mend()

    def _wanted(self, api):
        return any(api == wanted for wanted, *_ in list(self._orders))

    def _filters(self, client, server):
        conversation = Conversation(self._wire)
        requests = Requests(conversation, self._wanted)

        def asked(data):
            passing = []
            for piece, held in requests.take(data):
                if held and self._orders:
                    self._deliver_late(client, server, conversation, b"".join(passing), piece)
                    passing = []
                else:
                    passing.append(piece)
            return b"".join(passing)

        return asked, conversation.replied

    def _deliver_late(self, client, server, conversation, before, frame):
        try:
            _, seconds, cut = self._orders.popleft()
        except IndexError:  # another connection was faster
            seconds, cut = 0, False
        server.sendall(before)
        with self._lock:
            self._pairs.discard((client, server))  # neither end is another fault's meanwhile
        if cut:
            reset(client)
        time.sleep(seconds)
        conversation.held(frame)
        server.sendall(frame)
        conversation.late_answered.wait(_ANSWER_S)
        conversation.late_answered.clear()
        with self._lock:
            if not cut:
                self._pairs.add((client, server))
