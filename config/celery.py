"""The queues: what runs outside a request, how long it may take, and what runs by the clock.

A message carries ids and only wakes somebody; whatever must not be lost is a row with a state.
Two queues, each with a worker of its own: `default` for short work, `long` for the jobs named in LONG.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.signals import worker_process_init
from psycopg.conninfo import make_conninfo

from config.env import Env, env
from lib.memory import rarely_look_for_garbage


@dataclass(frozen=True)
class Limits:
    """How long one task may run, and after how long a message whose worker died goes to the next."""

    minutes: int
    redelivered_after_minutes: int


# A message must not come back while its task still runs.
QUEUES = {"default": Limits(10, 15), "long": Limits(40, 45)}

SECONDS_TO_REACH_THE_BROKER = 3  # a request that wants to wake somebody does not wait longer

# Jobs that may take longer than the default queue allows, by task name.
LONG: list[str] = [
    "crm.go_on_importing",
    "crm.go_on_editing",
    "crm.go_on_exporting",
    "crm.go_on_removing_field",
    "accounts.read_log",
    "accounts.carry_webhooks",  # waits for other people's servers: letters must not wait behind it
    "exports.write_archive",
    "exports.bring_archive",
    "timetracking.go_on_importing",
]

# What runs by the clock: name → task, and how often. Each must be harmless when run twice; all run when it starts.
BEAT: dict[str, dict[str, Any]] = {
    "waiting mail": {"task": "accounts.send_waiting_mail", "schedule": timedelta(minutes=1)},
    "reminders": {"task": "crm.remind_everybody", "schedule": timedelta(minutes=1)},
    "alarms": {"task": "accounts.ring_alarms", "schedule": timedelta(seconds=15)},
    "trials and closings": {"task": "accounts.keep_all_accounts_up", "schedule": timedelta(hours=1)},
    "seals": {"task": "audit.wake_sealers", "schedule": timedelta(seconds=20)},
    "checkpoint": {"task": "audit.make_checkpoint", "schedule": timedelta(minutes=5)},
    "expired files": {"task": "accounts.discard_expired_files", "schedule": timedelta(hours=24)},
    "bins": {"task": "crm.purge_bins", "schedule": timedelta(hours=24)},
    "old mail": {"task": "accounts.forget_old_mail", "schedule": timedelta(hours=24)},
    "old invitations": {"task": "accounts.forget_old_invitations", "schedule": timedelta(hours=24)},
    "failed sign-ins": {"task": "accounts.tell_of_many_failures", "schedule": timedelta(minutes=5)},
    "old sign-ins": {"task": "accounts.forget_sign_ins", "schedule": timedelta(hours=1)},
    "security measures": {"task": "website.check_measures", "schedule": timedelta(minutes=10)},
    "silent looks": {"task": "support_access.close_silent_looks", "schedule": timedelta(minutes=1)},
    "old requests and calls": {"task": "support_access.forget_old", "schedule": timedelta(hours=24)},
    "old expenses": {"task": "timetracking.purge_expenses_everywhere", "schedule": timedelta(hours=24)},
    "time reminders": {"task": "timetracking.remind_everybody", "schedule": timedelta(minutes=15)},
    "forgotten timers": {
        "task": "timetracking.look_for_forgotten_timers",
        "schedule": timedelta(minutes=15),
    },
    "budgets": {"task": "timetracking.look_at_every_budget", "schedule": timedelta(hours=1)},
    "processor events": {"task": "billing.sweep_inbox", "schedule": timedelta(seconds=30)},
    "plans": {"task": "billing.look_after_everybody", "schedule": timedelta(hours=1)},
    "plans compared": {"task": "billing.compare_everybody", "schedule": timedelta(hours=24)},
    "terms of the data map": {"task": "deletion.apply_retention_everywhere", "schedule": timedelta(hours=24)},
    "overdue holds": {"task": "deletion.remind_of_holds", "schedule": timedelta(hours=24)},
    "people who are erased": {"task": "deletion.finish_persons", "schedule": timedelta(minutes=10)},
    "rights of people": {"task": "rights.keep_up", "schedule": timedelta(hours=1)},
    "children": {"task": "children.keep_up", "schedule": timedelta(minutes=10)},
    "closed accounts": {"task": "deletion.erase_closed_accounts", "schedule": timedelta(minutes=10)},
    "notices to firms": {"task": "registers.tell_firms", "schedule": timedelta(minutes=10)},
    "visits": {"task": "visits.keep_up", "schedule": timedelta(hours=24)},
    "intruders": {"task": "visits.look_for_intruders", "schedule": timedelta(minutes=5)},
    "old forms": {"task": "accounts.forget_arrived_forms", "schedule": timedelta(hours=1)},
}


def broker(env: Env, queue: str) -> dict[str, Any]:
    """The message queues: Redis where CELERY_BROKER_URL names one, else our own PostgreSQL."""
    visibility_timeout = QUEUES[queue].redelivered_after_minutes * 60
    if env.broker_url:
        # Each queue keeps its own list of what is under way, as each has its own patience.
        return {
            "broker_url": env.broker_url,
            "broker_transport_options": {
                "visibility_timeout": visibility_timeout,
                "unacked_key": f"unacked_{queue}",
                "unacked_index_key": f"unacked_index_{queue}",
                "unacked_mutex_key": f"unacked_mutex_{queue}",
                "unacked_restore_interval": 5,
                "unacked_restore_throttle": 1,
                "socket_connect_timeout": SECONDS_TO_REACH_THE_BROKER,
            },
        }
    return {
        "broker_url": "pgmq://localhost/",  # where exactly says conn_string
        "broker_transport_options": {
            "conn_string": make_conninfo(env.dsn("broker"), connect_timeout=SECONDS_TO_REACH_THE_BROKER),
            "init_extension": False,
            "use_notify": True,
            "wait_time_seconds": 0,  # waiting longer blocks the worker's loop
            "polling_interval": 0.2,
            "visibility_timeout": visibility_timeout,
        },
    }


app = Celery("candor")
app.conf.update(
    **broker(env, env.worker_queue),
    broker_connection_retry_on_startup=True,
    task_default_queue="default",
    task_routes={name: {"queue": "long"} for name in LONG},
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    task_time_limit=QUEUES[env.worker_queue].minutes * 60,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule=BEAT,
    beat_scheduler="config.clock:Clock",
)
app.autodiscover_tasks()


@worker_process_init.connect
def leave_alone_what_is_loaded(**_: Any) -> None:
    rarely_look_for_garbage()
