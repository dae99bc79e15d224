"""The made feature flags and experiments of the PostHog projects."""

from typing import Any

from sandbox.posthog.events import uuid_of

Record = dict[str, object]

_BY: Record = {
    "id": 1,
    "uuid": uuid_of("user"),
    "distinct_id": "sandbox-user",
    "first_name": "Sandbox",
    "last_name": "Sampleton",
    "email": "sandbox.sampleton@example.com",
    "is_email_verified": True,
}
_VARIANTS = {"variants": [{"key": key, "rollout_percentage": 50} for key in ("control", "test")]}
_FLAGS: tuple[dict[str, Any], ...] = (
    {"key": "checkout-one-page", "rollout": 50, "multivariate": _VARIANTS},
    {"key": "new-landing", "rollout": 100},
    {"key": "show-range-bag-upsell", "rollout": None},  # null means everybody
    {"key": "sms-reminder", "rollout": 25},
    {"key": "old-banner", "rollout": 0, "active": False},
    {"key": "headline-test", "rollout": 100, "multivariate": _VARIANTS},
    {"key": "price-anchor", "rollout": 100, "multivariate": _VARIANTS},
)
_EXPERIMENTS: tuple[dict[str, Any], ...] = (
    {"name": "One-page checkout (sandbox)", "flag": "checkout-one-page", "start": 1},
    {"name": "Headline (sandbox)", "flag": "headline-test",
     "start": 2, "end": 9, "conclusion": "won"},
    {"name": "Price anchor (sandbox)", "flag": "price-anchor",
     "start": 3, "end": 8, "conclusion": "inconclusive", "archived": True},
    {"name": "SMS reminder (sandbox)", "flag": "sms-reminder", "start": None},
)  # fmt: skip


# What is the same in all flags, and in all experiments.
_ALIKE_IN_FLAGS: Record = {
    "deleted": False, "version": 1, "last_modified_by": _BY, "can_edit": True,
    "ensure_experience_continuity": False, "experiment_set": [], "surveys": [], "features": [],
    "rollback_conditions": None, "performed_rollback": None, "tags": ["sandbox"],
    "evaluation_tags": [], "usage_dashboard": None, "analytics_dashboards": [],
    "has_enriched_analytics": False, "user_access_level": "editor", "creation_context": None,
    "is_remote_configuration": False, "has_encrypted_payloads": False,
    "evaluation_runtime": "all", "last_called_at": None,
}  # fmt: skip
_ALIKE_IN_EXPERIMENTS: Record = {
    "description": "Made, not real", "type": "product", "deleted": False, "created_by": _BY,
    "holdout": None, "holdout_id": None, "exposure_cohort": None, "exposure_criteria": None,
    "parameters": {
        "feature_flag_variants": _VARIANTS["variants"], "minimum_detectable_effect": 30,
        "recommended_sample_size": 1200, "recommended_running_time": 14.2,
    },
    "filters": {}, "metrics": [{"kind": "ExperimentMetric", "metric_type": "funnel"}],
    "metrics_secondary": [], "secondary_metrics": [], "primary_metrics_ordered_uuids": None,
    "secondary_metrics_ordered_uuids": None, "saved_metrics": [], "saved_metrics_ids": None,
    "stats_config": {"method": "bayesian"}, "user_access_level": "editor",
}  # fmt: skip


def flags_of(project_id: int, which: slice) -> tuple[Record, ...]:
    """The feature flags of a project, as the list shows them."""
    return tuple(_flag(project_id + n, **flag) for n, flag in enumerate(_FLAGS[which]))


def experiments_of(project_id: int, which: slice) -> tuple[Record, ...]:
    """The experiments of a project, as the list shows them."""
    return tuple(_experiment(project_id + n, **one) for n, one in enumerate(_EXPERIMENTS[which]))


def _flag(
    id_: int, *, key: object, rollout: object, multivariate: object = None, active: bool = True
) -> Record:
    created = f"2025-11-{1 + id_ % 28:02}T09:00:00.{id_ % 1000:03}000Z"
    return {
        "id": id_,
        "name": f"{key} (sandbox)",
        "key": key,
        "filters": {
            "groups": [{"properties": [], "rollout_percentage": rollout, "variant": None}],
            "multivariate": multivariate,
            "payloads": {},
        },
        "active": active,
        "created_by": _BY if active else None,  # null where the user has gone
        "created_at": created,
        "updated_at": created,
        "is_simple_flag": multivariate is None,
        "rollout_percentage": rollout if multivariate is None else None,
        "status": "ACTIVE" if active else "INACTIVE",
        **_ALIKE_IN_FLAGS,
    }


def _experiment(
    id_: int,
    *,
    name: object,
    flag: object,
    start: object,
    end: object = None,
    conclusion: object = None,
    archived: bool = False,
) -> Record:
    created = f"2025-11-{1 + id_ % 28:02}T10:00:00.000000Z"
    return {
        "id": id_,
        "name": name,
        "start_date": f"2025-12-{start:02}T05:00:00Z" if start else None,
        "end_date": f"2025-12-{end:02}T05:00:00Z" if end else None,
        "feature_flag_key": flag,
        "feature_flag": {"key": flag, "active": not end, "filters": {"multivariate": _VARIANTS}},
        "archived": archived,
        "created_at": created,
        "updated_at": created,
        "conclusion": conclusion,
        "conclusion_comment": "Made" if conclusion else None,
        **_ALIKE_IN_EXPERIMENTS,
    }
