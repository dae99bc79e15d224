"""PostHog: what people did on the pages, who they are, and which flags and experiments they saw.

POST /api/projects/<id>/query/            ->  posthog.events
GET  /api/projects/<id>/persons/          ->  posthog.persons
GET  /api/projects/<id>/feature_flags/    ->  posthog.feature_flags
GET  /api/projects/<id>/experiments/      ->  posthog.experiments
"""

from collections.abc import Iterator
from datetime import time, timedelta

from loaders.errors import ApiError
from loaders.records.source import Page, RecordSource, RecordTable, Span
from loaders.source import Account, Finding, Setting
from loaders.table import Column, Table

EVENTS = RecordTable(
    Table(
        "events",
        {
            "uuid": Column("text", "PostHog's id of the event.", required=True),
            "event": Column("text", "The event's name.", required=True),
            "distinct_id": Column("text", "Who did it, as the page knew them then."),
            "person_id": Column("text", "The person to whom PostHog counts it."),
            "timestamp": Column("timestamp", "When it happened, by its own clock.", required=True),
            "properties": Column("json", "All that was sent with it."),
        },
        key=("uuid",),
    ),
    cursor="timestamp",
    look_back=timedelta(days=3),  # what is sent late, and what clocks that are behind have written
    is_dated=True,
    in_order=True,
)
PERSONS = RecordTable(
    Table(
        "persons",
        {
            "id": Column("text", "PostHog's id of the person.", required=True),
            "name": Column("text", "As PostHog shows them: mostly an e-mail address."),
            "distinct_ids": Column("json", "All ids under which they were seen."),
            "properties": Column("json", "What is known of them."),
            "is_identified": Column("bool", "Whether they ever said who they are."),
            "created_at": Column("timestamp", "When they were first seen."),
            "last_seen_at": Column("timestamp", "When they were last seen, by newer servers."),
        },
        key=("id",),
    )
)
FEATURE_FLAGS = RecordTable(
    Table(
        "feature_flags",
        {
            "id": Column("bigint", "PostHog's id of the flag.", required=True),
            "key": Column("text", "Its name in code.", required=True),
            "name": Column("text", "Its description."),
            "active": Column("bool", "Whether it is switched on."),
            "filters": Column("json", "Who sees it, and its variants."),
            "rollout_percentage": Column("decimal", "Of a simple flag, 0 to 100."),
            "tags": Column("json", "Its tags."),
            "version": Column("bigint", "How often it was edited."),
            "created_at": Column("timestamp", "When it was made."),
            "updated_at": Column("timestamp", "When it was last edited, by newer servers."),
        },
        key=("id",),
    )
)
EXPERIMENTS = RecordTable(
    Table(
        "experiments",
        {
            "id": Column("bigint", "PostHog's id of the experiment.", required=True),
            "name": Column("text", "Its name."),
            "description": Column("text", "What it is to show."),
            "type": Column("text", "web or product."),
            "feature_flag_key": Column("text", "The flag that parts its variants."),
            "start_date": Column("timestamp", "When it began; a draft has not."),
            "end_date": Column("timestamp", "When it ended; one that runs has not."),
            "archived": Column("bool", "Whether it was put away."),
            "conclusion": Column("text", "won, lost, inconclusive, stopped_early or invalid."),
            "conclusion_comment": Column("text", "Why."),
            "parameters": Column("json", "Variants and sample size."),
            "metrics": Column("json", "What it is judged by."),
            "created_at": Column("timestamp", "When it was made."),
            "updated_at": Column("timestamp", "When it was last edited, by newer servers."),
        },
        key=("id",),
    )
)


class Posthog:
    """One project."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def read(self, table: RecordTable, span: Span) -> Iterator[Page]:
        raise ApiError(f"posthog: {table.name} {span}: not yet")

    def examine(self) -> Iterator[Finding]:
        raise ApiError("posthog: not yet")


SOURCE = RecordSource(
    name="posthog",
    tables=(EVENTS, PERSONS, FEATURE_FLAGS, EXPERIMENTS),
    settings=(
        Setting("api_key"),
        Setting("project_id", names_account=True),
        Setting("host", "https://us.posthog.com"),
    ),
    closes_at=time(3),
    open=Posthog,
)
