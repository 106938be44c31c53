"""The schema's history: each file in versions/ is one step, run forward by `prom db upgrade`."""
