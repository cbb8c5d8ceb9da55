"""A row of the outbox as the delivery it is."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from bot.domain.deliveries import Delivery, DeliveryState, Method


def delivery_of(row: Row[Any]) -> Delivery:
    """The delivery of a row with every column."""
    return Delivery(
        row.id,
        row.key,
        row.kind,
        row.facts,
        Method(row.method),
        row.team,
        row.lane,
        row.channel,
        row.user,
        row.thread_ts,
        row.thread_of,
        row.target,
        row.advisory_id,
        row.link_id,
        DeliveryState(row.state),
        row.next_at,
        row.created_at,
        row.attempts,
        row.first_attempt_at,
        row.last_attempt_at,
        row.unknown,
        row.last_error,
        row.delivered_at,
        row.slack_ts,
        row.posted_channel,
        row.shown,
        row.subject,
    )
