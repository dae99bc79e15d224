"""PostHog's private API as it is, on made data; `service` is its HTTP."""
