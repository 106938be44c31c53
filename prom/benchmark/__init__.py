"""The yardstick: what Prom costs and how fast it answers, measured through its real doors and services."""
