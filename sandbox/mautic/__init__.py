"""Mautic's REST API as it is, on made data; `service` is its HTTP."""
