"""Records for the judges that come from elsewhere than Kafka."""


class Message:
    """As librdkafka gives it."""

    def __init__(self, topic, offset, headers, value=b"", partition=0):
        self.parts = topic, offset, headers, value
        self._partition = partition

    def topic(self):
        return self.parts[0]

    def partition(self):
        return self._partition

    def offset(self):
        return self.parts[1]

    def headers(self):
        return self.parts[2]

    def value(self):
        return self.parts[3]

    def timestamp(self):
        return 1, 1000
