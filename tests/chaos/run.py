"""One run: a load, harm on a schedule, and in the end the count of what became of every input."""

import dataclasses
import itertools
import os
import time

from support.claim_rewriter import ClaimRewriter
from support.processes import wait_until
from support.tcp_proxy import TcpProxy

from chaos.crew import Crew
from chaos.evidence import Evidence
from chaos.feed import NUMBER, Feed
from chaos.inputs import Inputs
from chaos.progress import Progress
from chaos.reference import ReferenceJudge, copy_inputs, run_calmly
from chaos.schedule import Schedule
from chaos.state import compare, side_by_side, state_of
from chaos.update_models import UpdateModel
from chaos.verdict import Judge
from chaos.world import SESSION_S, TRANSACTION_S, Job

_DRAIN_S = 240
_LARGEST = 1572864  # bytes of a record
_AHEAD_MS = 3_600_000  # what the clock of a writer may be ahead; Kafka 4 has this limit by itself
_numbers = itertools.count(1)


@dataclasses.dataclass
class Options:
    """What a run is to do."""

    seed: int = 1
    seconds: float = 60
    rate: float = 500
    members: int = 3
    partitions: int = 6
    delivery: str = "exactly_once"
    empty_claims: bool = False
    keep_logs: bool = False


@dataclasses.dataclass
class Outcome:
    """What it found."""

    verdict: object
    faults: dict  # name -> how often it was done
    missed: dict  # those whose harm had no effect
    never: list  # those that were not done at all
    wrong: list  # what must not be, besides the verdict
    server_changes: float
    evidence: list  # lines about what was doubled

    @property
    def good(self):
        return self.verdict.good and not self.wrong

    def last_line(self):
        v = self.verdict
        return f"lost {v.lost}, doubled {v.doubled}, misrouted {v.misrouted}, faults {sum(self.faults.values())}"


class Run:
    """Uses a world, a model and a list of faults once."""

    def __init__(self, world, model, faults, options, report):
        self._world = world
        self._model = model
        self._options = options
        absent = {"http", "postgres", "cassandra"} - model.servers
        self._faults = [fault for fault in faults if options.delivery in fault.deliveries and not absent & set(fault.needs)]
        self._report = report
        self._prefix = f"chaos-{os.getpid()}-{next(_numbers)}."
        self._group = self._prefix + "group"
        self._input = self._prefix + model.input
        self._outputs = [self._prefix + topic for topic in model.outputs]
        self._began = time.monotonic()
        self._next_minute = 60.0
        self._wrong = []
        self._exactly_once = options.delivery == "exactly_once"
        self._feed = self._inputs = self._schedule = self._progress = None

    def execute(self):
        """The Outcome."""
        options, world = self._options, self._world
        rewriter = TcpProxy(world.redis_proxy.port, rewriter=ClaimRewriter) if options.empty_claims else None
        self._prepare(f"redis://127.0.0.1:{(rewriter or world.redis_proxy).port}")
        try:
            world.crew.start()
            self._feed.start()
            self._do_harm()
            self._drain()
            verdict = self._judge()
            evidence = self._evidence(verdict)
        finally:
            world.crew.close()
            if rewriter:
                rewriter.close()
        if verdict.good and not self._wrong and not options.keep_logs:
            world.crew.forget()
        return Outcome(verdict, dict(sorted(self._schedule.done.items())), dict(self._schedule.missed),
                       [fault.name for fault in self._faults if not self._schedule.done[fault.name]], self._wrong,
                       world.crew.metric("sluice_redis_server_changes_total"), evidence)

    def _prepare(self, redis_url):
        options, kafka = self._options, self._world.kafka
        self._world.redis.client().flushall()
        feed = self._model.feed(options.seed, options.partitions)
        self._model.prepare(self._world.redis)
        if self._world.stores:
            self._world.stores.wipe()
        self._create_topics(self._prefix)
        login = {f"{side}.kafka.options.{name}": value for side in ("source", "sink") for name, value in kafka.login().items()}
        settings = {
            **login,
            "topic_prefix": self._prefix,
            "source.kafka.brokers": kafka.proxied_brokers,
            "source.kafka.group": self._group,
            # What is given up for dead is missed after seconds, so that a short run sees it.
            "source.kafka.options.session.timeout.ms": SESSION_S * 1000,
            "source.kafka.options.heartbeat.interval.ms": 500,
            "transaction.timeout": f"{TRANSACTION_S}s",
            "sink.kafka.options.compression.codec": "lz4",
            "delivery": options.delivery,
            # Every commit with its offsets, for the case that something is lost or doubled.
            "log.level": "debug",
            **self._model.settings,
            **(self._world.stores.settings(proxied=True) if self._world.stores else {}),
        }
        environment = {**self._model.config.redis_environment(redis_url, redis_url), **self._world.clock.environment()}
        self._world.crew = Crew(self._model.config.path, settings, environment, options.members, options.seed, self._log,
                                self._model.clock)
        self._feed = Feed(kafka, self._input, options.partitions, options.rate / self._model.events_per_record, feed,
                          options.seed)
        self._inputs = Inputs(kafka, self._input, self._model.by_reference)
        self._world.job = Job(self._model, self._prefix, self._group, self._input, self._outputs, self._feed, self._inputs)
        self._schedule = Schedule(self._world, self._faults, options.seed, options.seconds, self._exactly_once, self._log)
        if not self._exactly_once:
            # Longest: a stall that ends in a late write.
            self._progress = Progress(kafka, self._group, self._input, options.partitions, TRANSACTION_S * 3 + 10)

    def _create_topics(self, prefix):
        config = self._model.config
        self._world.kafka.create_topics([prefix + topic for topic in config.inputs() | config.outputs()],
                                        self._options.partitions, max_message_bytes=_LARGEST,
                                        message_timestamp_after_max_ms=_AHEAD_MS)

    def _log(self, text):
        self._report(f"{time.monotonic() - self._began:7.1f} s  {text}")

    def _do_harm(self):
        end = time.monotonic() + self._options.seconds
        while time.monotonic() < end:
            self._feed.check()
            self._schedule.step()
            self._tend()
            time.sleep(0.05)
        self._schedule.finish(self._tend)
        self._world.heal()
        self._log("the harm is over")
        self._wrong += self._schedule.failures

    def _tend(self):
        self._world.crew.tend()
        elapsed = time.monotonic() - self._began
        if elapsed >= self._next_minute:
            self._next_minute += 60
            self._log_minute()

    def _log_minute(self):
        sizes = ", ".join(f"{name} {resident:.0f} MB ({age:.0f} s old)" for name, resident, age in self._world.crew.sample())
        self._log(f"minute: fed {self._feed.written()}, faults {sum(self._schedule.done.values())}, resident: {sizes}")

    def _drain(self):
        self._feed.stop()
        kafka, crew = self._world.kafka, self._world.crew
        kafka.wait_whole()
        inputs = [self._prefix + topic for topic in self._model.config.inputs()]

        def done():
            self._tend()
            return kafka.lag(self._group, inputs) == 0

        def state():
            return "\n".join(f"{member.name}: {member.process.ready()[1]}" for member in crew.members)

        try:
            wait_until(done, _DRAIN_S, lambda: f"the group has done all input\n{state()}", interval=0.1)
        except TimeoutError as late:
            self._wrong.append(f"not drained: {late}")
        self._log(f"drained: {self._feed.written()} inputs acknowledged")
        self._log_minute()
        crew.dismiss()
        try:
            kafka.wait_for_open_transactions(self._outputs)
        except TimeoutError as late:
            self._wrong.append(f"an open transaction is left: {late}")
        committed, ends = kafka.committed(self._group, inputs), kafka.end_offsets(inputs)
        if committed != ends:
            self._wrong.append(f"committed offsets {committed} are not the ends {ends}")
        crew.inspect_logs()
        self._wrong += crew.crashes

    def _judge(self):
        kafka = self._world.kafka
        window = None
        if self._progress:
            self._progress.stop()
            window = self._progress.in_flight
        claims_lost = any(fault.loses_claims for fault in self._faults)
        if self._model.by_reference:
            verdict = self._judge_by_reference(claims_lost, window)
        else:
            judge = Judge(self._model, self._prefix, claims_lost, window)
            verdict = judge.judge(self._inputs, kafka.scan(self._outputs), self._feed.fates)
        self._check_inputs()
        return verdict

    def _evidence(self, verdict):
        if not verdict.doubled:
            return []
        return list(Evidence(self._world.kafka, self._group, self._input, self._prefix).lines(verdict.twice))

    def _check_inputs(self):
        """That the judges were given every record that was acknowledged, and none that was aborted."""
        read = {int(dict(message.headers())[NUMBER]) for message in self._inputs}
        missing = [number for number, known in enumerate(self._feed.acknowledged) if known and number not in read]
        if missing:
            self._wrong.append(f"{len(missing)} records of the input were written and could not be read, such as {missing[:5]}")
        if read & self._feed.aborted:
            self._wrong.append(f"aborted records of the input were read: {sorted(read & self._feed.aborted)[:5]}")

    def _judge_by_reference(self, claims_lost, window):
        kafka, redis, stores, prefix = self._world.kafka, self._world.redis, self._world.stores, self._prefix + "unharmed."
        self._create_topics(prefix)
        writes = isinstance(self._model, UpdateModel)
        left = state_of(self._world) if writes else None
        redis.client().flushall()
        self._model.prepare(redis)
        settings = dict(self._model.settings)
        if stores:
            stores.wipe()
            settings |= stores.settings(proxied=False)
        copies = copy_inputs(kafka, self._inputs, prefix + self._model.input)
        self._log(f"the same {len(copies)} records once more, unharmed")
        run_calmly(kafka, redis.url, self._model, prefix, settings, 60 + len(copies) / 20)
        judge = ReferenceJudge(self._model, self._prefix, prefix, claims_lost, window)
        verdict = judge.judge(copies, kafka.scan(self._outputs), kafka.scan([prefix + topic for topic in self._model.outputs]))
        if writes:
            unharmed = state_of(self._world)
            compare(left, unharmed, verdict)
            for line in side_by_side(left, unharmed):
                self._report(line)
        return verdict
