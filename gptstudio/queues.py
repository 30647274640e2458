"""How Celery is set up, and why each setting is as it is. Celery reads this module as its configuration.

The database is the queue of record. A message is a doorbell: it may be lost, late or doubled, for the sweep rings again
for whatever is due. So nothing here tries to make messages safe; it only keeps them quick, and the workers easy to
stop. What is left out stands at Celery's default because nothing here depends on it.
"""

from typing import Any

from django.conf import settings

broker_url = "memory://localhost/" if settings.IS_EMBEDDED else settings.BROKER_URL
imports = ("generations.tasks",)

# --- queues ---------------------------------------------------------------------------------------

THREADS = {"submit": settings.WORKER_THREADS, "poll": 3, "collect": 2, "hooks": 8}
"""Each queue and the threads of its worker. A held line must starve neither polling nor keeping, so each has its own:
submit waits, poll drives hundreds of calls from one thread and lets one provider have all but one of them, collect is
bound by the processor, and hooks waits for receivers who may take 15 seconds each to say nothing."""

task_queues: dict[str, dict[str, Any]] = {queue: {} for queue in THREADS}
task_default_queue = "poll"
task_create_missing_queues = False  # a mistyped queue is an error, not a place where bells go unheard
task_routes = {f"generations.tasks.{queue}": {"queue": queue} for queue in THREADS} | {
    "generations.tasks.sweep": {"queue": "poll"}
}
worker_direct = False  # it leaves a binding behind for every worker there ever was; see gptstudio.celery.Listening

# --- messages -------------------------------------------------------------------------------------

result_backend = None
task_ignore_result = True  # outcomes are rows
task_serializer = "json"
accept_content = ["json"]
enable_utc = True  # of two machines in two zones, both mean the same second

# Acknowledged when taken, not when done: on Redis a late acknowledgement runs a task again, in parallel, as soon as
# it outlives the visibility time-out, and comes back minutes after a kill. The sweep is back within seconds.
task_acks_late = False
task_reject_on_worker_lost = False
# No countdown, no ETA and no retry is ever used (a test looks): those wait in a worker's memory, and run twice past
# the visibility time-out. When something is due is a column.

# The threads pool cannot cut a task short, so a limit here would promise what nobody keeps. Each call has a deadline.
task_time_limit = None
task_soft_time_limit = None

# A dead broker must not hang the page that rings: two tries, then the page goes on and the sweep rings later.
task_publish_retry = True
task_publish_retry_policy = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.2}
broker_connection_timeout = 2

# --- a broker that comes and goes -----------------------------------------------------------------

# Workers wait for their broker as long as it takes: 2 s after the first failure, then 2 s more each time up to 30,
# which Celery does not let anybody set. So they consume again within some 32 s of its return, or `gptstudio.hearing`
# sees to it that another does.
broker_connection_retry = True
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_channel_error_retry = True  # a Redis that is full or has become a replica is a broker to wait for as well
broker_heartbeat = 0  # AMQP's, which Redis does not have; `health_check_interval` takes its place
worker_cancel_long_running_tasks_on_connection_loss = False  # a paid call goes on when its broker goes away
worker_enable_prefetch_count_reduction = False  # running calls are acknowledged, so they take no room from bells

MEMORY = {"polling_interval": 0.05}  # a bell is heard within 50 ms, for 0.2 % of a processor when idle
REDIS = {
    # Redis has no acknowledgements. Kombu's imitation writes each bell down a second time and strikes it out again, in
    # two transactions that cost more than the bell, and all it would bring back is a bell that the sweep rings anyway.
    "ack_emulation": False,
    # Without these a publisher whose Redis went away waits for the kernel, or for ever. A consumer is not hurt: it
    # asks Redis to answer within a second (BRPOP), and reads only what has come.
    "socket_connect_timeout": 2,
    "socket_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 10,  # an answer is missed after 11 s, looked for every 10: gone without a word, for 21 s
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
broker_transport_options = MEMORY if settings.IS_EMBEDDED else REDIS

# --- workers --------------------------------------------------------------------------------------

worker_pool = "threads"  # a held line costs a thread, not a process; deadlines are ours, as this pool has none
worker_concurrency = settings.WORKER_THREADS
# The memory broker hands over this many bells a thread at each look. From Redis a worker takes one more a thread than
# it runs; bells it cannot get round to are rung again elsewhere.
worker_prefetch_multiplier = 4 if settings.IS_EMBEDDED else 1
# With it a worker whose threads were all taken looks only once a second whether one is free: 5 bells a second instead
# of 170, with two threads and tasks of 10 ms.
worker_disable_prefetch = False

# TERM, or the first Ctrl-C, takes nothing on and waits for whatever runs; a second TERM changes nothing. QUIT after it,
# or a second Ctrl-C, cuts the calls off, and at once: whoever asks for that has waited long enough. REMAP_SIGTERM would
# make TERM such a QUIT, so the settings refuse it.
worker_soft_shutdown_timeout = 0.0

worker_hijack_root_logger = False  # gptstudio.logs has set logging up already
worker_redirect_stdouts = False
worker_send_task_events = False  # nobody watches; what happened stands in rows and in the log
worker_enable_remote_control = not settings.IS_EMBEDDED  # workers inside the web process have nobody to listen to

QUIET = ("--without-gossip", "--without-mingle", "--without-heartbeat")
"""What a worker is started with, as Celery has no setting for it: workers need not know of each other, and each word
they exchange is one that a broker in trouble may keep them waiting for."""

# Each worker sweeps by itself every second. Beat's sweep is there for the one whose sweeping has died; rung rarely,
# because a bell takes room in the broker until somebody hears it, expired or not: 2 MB a day while nobody does.
beat_schedule = {"sweep": {"task": "generations.tasks.sweep", "schedule": 30.0, "options": {"expires": 30}}}
