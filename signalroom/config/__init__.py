"""Configuration: settings, the clients, their sheets, and the seeds compiled of all that."""
