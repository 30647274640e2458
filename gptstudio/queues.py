"""How Celery is set up, and why each setting is as it is. Celery reads this module as its configuration.

The database is the queue of record. A message is a doorbell with an id: it may be lost, late or doubled, for the
sweep rings again for whatever is due. So nothing here tries to make messages safe; it only keeps them quick.
"""

from typing import Any

from django.conf import settings

broker_url = "memory://localhost/" if settings.IS_EMBEDDED else settings.BROKER_URL
imports = ("generations.tasks",)

THREADS = {"submit": settings.WORKER_THREADS, "poll": 2, "collect": 2}
"""Each queue and the threads of its worker. A held line must starve neither polling nor keeping, so each has its own:
submit waits, poll drives hundreds of calls from one thread, collect is bound by the processor."""

task_queues: dict[str, dict[str, Any]] = {queue: {} for queue in THREADS}
task_default_queue = "poll"
task_create_missing_queues = False  # a mistyped queue is an error, not a place where bells go unheard
task_routes = {f"generations.tasks.{queue}": {"queue": queue} for queue in THREADS} | {
    "generations.tasks.sweep": {"queue": "poll"}
}

task_ignore_result = True  # outcomes are rows; there is no result backend
task_serializer = "json"
accept_content = ["json"]

# Acknowledged when taken, not when done: on Redis a late acknowledgement runs a task again, in parallel, as soon as
# it outlives the visibility time-out, and comes back minutes after a kill. The sweep is back within seconds.
task_acks_late = False
# No countdown and no ETA is ever used: those wait in a worker's memory and run twice past the visibility time-out.
# When something is due is a column.

# A dead broker must not hang the page that rings: two tries, then the page goes on and the sweep rings later.
task_publish_retry = True
task_publish_retry_policy = {"max_retries": 1, "interval_start": 0.1, "interval_step": 0.1, "interval_max": 0.2}
broker_connection_timeout = 2

# Workers, on the other hand, wait for their broker as long as it takes.
broker_connection_retry_on_startup = True
broker_connection_max_retries = None

MEMORY = {"polling_interval": 0.05}  # a bell is heard within 50 ms, for 0.2 % of a processor when idle
REDIS = {
    # The smallest value among all that share a broker wins, and Celery's one hour is near to the longest calls.
    "visibility_timeout": 2 * 3600,
    # Without these a publisher whose Redis went away waits for the kernel, or for ever.
    "socket_connect_timeout": 2,
    "socket_timeout": 3,
    "socket_keepalive": True,
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
broker_transport_options = MEMORY if settings.IS_EMBEDDED else REDIS

worker_pool = "threads"  # a held line costs a thread, not a process; deadlines are ours, as this pool has none
# The memory broker hands over this many bells a thread at each look; from Redis a worker takes only what it can start.
worker_prefetch_multiplier = 4 if settings.IS_EMBEDDED else 1
worker_concurrency = settings.WORKER_THREADS
worker_hijack_root_logger = False  # gptstudio.logs has set logging up already
worker_redirect_stdouts = False
worker_enable_remote_control = not settings.IS_EMBEDDED  # workers inside the web process have nobody to listen to
worker_cancel_long_running_tasks_on_connection_loss = False  # a paid call goes on when its broker goes away

beat_schedule = {"sweep": {"task": "generations.tasks.sweep", "schedule": 5.0, "options": {"expires": 5}}}
