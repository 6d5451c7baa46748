"""A start that can't succeed ends with a message that says what, where and what to do; one that can wait, waits."""

import contextlib
import socket
import time

import pytest
from support.own_redis import RedisServer
from support.preprocessor import CONFIG, OUTPUTS, UNIQUE
from support.processes import free_port, wait_until
from support.sluice_process import run_once

BAD_CONFIG = 78
GOOD = b'{"eid":"START","ets":1,"ver":"3.0","mid":"s1","actor":{"id":"u","type":"User"},' \
       b'"context":{"channel":"c","env":"learn","pdata":{"id":"p"}},"edata":{"type":"app"}}'


def ended(sluice, timeout=20):
    """(exit status, log) of a process that is to end by itself."""
    sluice.start()
    return sluice.wait(timeout), sluice.log()


@pytest.fixture
def copy_of_config(tmp_path):
    def make(old, new):
        text = CONFIG.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "changed.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path
    return make


@pytest.mark.parametrize("command", ["run", "validate"])
def test_a_misspelt_key_names_file_line_key_and_the_nearest_one(copy_of_config, command):
    path = copy_of_config("ttl: 1h", "tll: 1h")
    status, said = run_once(command, path)
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "tll" in text)
    assert status == BAD_CONFIG
    for part in (str(path), f":{line}", "tll", "ttl"):
        assert part in said, said


def test_an_unknown_stage_names_the_nearest_one(copy_of_config):
    status, said = run_once("validate", copy_of_config("- deduplicate:", "- dedupliacte:"))
    assert status == BAD_CONFIG and "dedupliacte" in said and "deduplicate" in said


def test_a_missing_schema_directory_stops_the_start_with_its_name(new_job):
    status, said = ended(new_job().process(**{"stages[0]__validate_telemetry__schemas": "schemas/none"}))
    assert status == BAD_CONFIG and "schemas/none" in said


def test_a_broken_schema_stops_the_start_with_file_and_reason(new_job, tmp_path):
    (tmp_path / "start.json").write_text('{"type": ')
    status, said = ended(new_job().process(**{"stages[0]__validate_telemetry__schemas": tmp_path}))
    assert status == BAD_CONFIG and "start.json" in said


def test_a_missing_configuration_file_is_named():
    status, said = run_once("run", "config/none.yaml")
    assert status == BAD_CONFIG and "config/none.yaml" in said


def test_the_shipped_configuration_is_valid():
    status, said = run_once("validate", CONFIG)
    assert status == 0, said


def test_a_property_that_sluice_owns_is_refused_with_the_reason(new_job):
    status, said = ended(new_job(settings={"source.kafka.options.enable.auto.commit": "true"}).process())
    assert status == BAD_CONFIG and "enable.auto.commit" in said


def test_an_admin_port_in_use_stops_the_start_with_the_port(new_job):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, said = ended(new_job().process(admin__listen=f"127.0.0.1:{port}"))
    assert status not in (0, None) and str(port) in said


@pytest.mark.parametrize("listen", ["http://127.0.0.1:9400", "::1:9400", "[::1:9400", "[localhost]:9400", "a b:9400", "9400",
                                    "127.0.0.1", "127.0.0.1:99999", "256.0.0.1:9400", "127.0.0.1:9400/x"])
def test_an_admin_address_that_can_never_work_is_refused_offline(listen):
    status, said = run_once("validate", CONFIG, environment={"ADMIN_LISTEN": listen})
    assert status == BAD_CONFIG and "admin.listen" in said and listen in said


@pytest.mark.parametrize("listen", ["127.0.0.1:9400", ":9400", "*:9400", "[::]:9400", "localhost:9400", "host_1.example.org:9400", "off"])
def test_an_admin_address_that_may_work_is_taken(listen):
    status, said = run_once("validate", CONFIG, environment={"ADMIN_LISTEN": listen})
    assert status == 0, said


def test_files_of_the_admin_servers_tls_are_checked_offline(tmp_path):
    (tmp_path / "cert.pem").write_text("no PEM")
    status, said = run_once("validate", CONFIG, "--set", f"admin.tls.cert={tmp_path}/cert.pem",
                            "--set", f"admin.tls.key={tmp_path}/key.pem")
    assert status == BAD_CONFIG and f"{tmp_path}/key.pem" in said and "no such file" in said
    (tmp_path / "key.pem").write_text("no PEM")
    status, said = run_once("validate", CONFIG, "--set", f"admin.tls.cert={tmp_path}/cert.pem",
                            "--set", f"admin.tls.key={tmp_path}/key.pem")
    assert status == BAD_CONFIG and "admin.tls.cert" in said


@contextlib.contextmanager
def silent_redis():
    """It takes connections and never answers."""
    with RedisServer() as redis:
        redis.client().flushall()
        redis.pause()
        try:
            yield redis
        finally:
            redis.resume()


def start_with(new_job, redis, **settings):
    """A process with two workers on that Redis, whose admin server is up."""
    job = new_job(redis_url=redis.url)
    sluice = job.process(workers=2, stores__dedup__redis__timeout="20s", **settings).start()
    begun = time.monotonic()
    wait_until(lambda: sluice.get("/livez")[0] == 200, 10, lambda: f"the admin server answers\n{sluice.log_tail()}")
    return sluice, time.monotonic() - begun


def test_the_admin_server_answers_while_a_store_does_not(new_job):
    with silent_redis() as redis:
        sluice, _ = start_with(new_job, redis)
        status, text = sluice.get("/readyz")
        assert status == 503 and "worker 0" in text and "worker 1" in text
        for path in ("/status", "/metrics", "/config", "/version"):
            assert sluice.get(path)[0] == 200, path
        redis.resume()
        sluice.wait_ready()
        assert "exactly once" in sluice.get("/status")[1]


@pytest.mark.parametrize("brokers", ["there", "away"])
def test_sigterm_ends_a_start_that_waits_for_a_store(new_job, brokers):
    with silent_redis() as redis:
        away = {} if brokers == "there" else {"source__kafka__brokers": f"127.0.0.1:{free_port()}"}
        sluice, _ = start_with(new_job, redis, **away)
        time.sleep(0.5)
        asked = time.monotonic()
        assert sluice.terminate(timeout=15) == 0, sluice.log_tail()
        assert time.monotonic() - asked < 3


def test_sigterm_ends_a_start_that_waits_for_brokers_which_never_answer(new_job):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        job = new_job(brokers=f"127.0.0.1:{silent.getsockname()[1]}")
        sluice = job.process().start()
        wait_until(lambda: sluice.get("/livez")[0] == 200, 10, "the admin server answers")
        time.sleep(0.3)
        asked = time.monotonic()
        assert sluice.terminate(timeout=15) == 0, sluice.log_tail()
        assert time.monotonic() - asked < 2.5


def test_sighup_does_not_end_the_process(new_job):
    job = new_job()
    sluice = job.start()
    sluice.hang_up()
    wait_until(lambda: "SIGHUP" in sluice.log(), 10, "it says that it has come")
    job.produce([GOOD])
    job.wait_done()
    assert len(job.read()[UNIQUE]) == 1
    assert sluice.terminate() == 0


def test_a_redis_with_too_few_databases_stops_the_start_with_the_setting(new_job):
    with RedisServer(settings={"databases": "4"}) as redis:
        status, said = ended(new_job(redis_url=redis.url).process())
        assert status == BAD_CONFIG
        assert "databases" in said and "stores.dedup.redis" in said and "password" not in said, said


def test_a_wrong_redis_password_stops_the_start(new_job):
    with RedisServer(password="right") as redis:
        job = new_job(redis=redis, redis_url=f"redis://:wrong@127.0.0.1:{redis.port}")
        status, said = ended(job.process())
        assert status == BAD_CONFIG and str(redis.port) in said
        assert "wrong@" not in said


def test_the_right_redis_password_works(new_job):
    with RedisServer(password="right") as redis:
        job = new_job(redis=redis)
        job.start()
        job.produce([GOOD])
        job.wait_done()
        assert len(job.read()[UNIQUE]) == 1


def test_an_unreachable_broker_is_waited_for_and_named(new_job):
    port = free_port()
    sluice = new_job(brokers=f"127.0.0.1:{port}").process().start()
    text = sluice.wait_unready(str(port))
    assert sluice.running() and sluice.get("/livez")[0] == 200, text
    assert sluice.terminate() == 0


def test_an_unreachable_redis_at_start_is_waited_for(new_job):
    with RedisServer() as redis:
        job = new_job(redis=redis)
        redis.stop()
        sluice = job.process().start()
        sluice.wait_unready(str(redis.port))
        redis.start()
        sluice.wait_ready()
        job.produce([GOOD])
        job.wait_done()
        assert len(job.read()[UNIQUE]) == 1


def test_a_missing_output_topic_is_named_and_waited_for(new_job):
    present = [topic for topic in OUTPUTS if topic != UNIQUE]
    job = new_job(create=present)
    sluice = job.process().start()
    sluice.wait_unready(job.prefix + UNIQUE)
    job.produce([GOOD])
    job.kafka.create_topics([job.prefix + UNIQUE])
    sluice.wait_ready(60)
    job.wait_done()
    assert len(job.read()[UNIQUE]) == 1


def test_a_missing_source_topic_is_named_and_waited_for(new_job):
    job = new_job()
    missing = job.prefix + "telemetry.other"
    sluice = job.process(source__kafka__topics="[telemetry.other]").start()
    sluice.wait_unready(missing)
    job.kafka.create_topics([missing])
    job.kafka.produce(missing, [GOOD])
    sluice.wait_ready(60)
    job.kafka.wait_for_open_transactions(job.outputs)


def test_version_help_and_stages_need_no_server():
    assert run_once("--version")[0] == 0
    status, said = run_once("--help")
    assert status == 0 and "run" in said and "validate" in said
    status, said = run_once("stages")
    assert status == 0 and "deduplicate" in said
    status, said = run_once("stages", "deduplicate")
    assert status == 0 and "ttl" in said
