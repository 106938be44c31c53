"""Reading what Prometheus would read."""

from prometheus_client.parser import text_string_to_metric_families


def told(exposition: str, name: str, **labels: str) -> float:
    """The sum of a metric over every series with these labels; 0 where there is none."""
    return sum(
        sample.value
        for family in text_string_to_metric_families(exposition)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def series(exposition: str) -> list[tuple[str, dict[str, str]]]:
    """Every series: its name and its labels."""
    families = text_string_to_metric_families(exposition)
    return [(sample.name, dict(sample.labels)) for family in families for sample in family.samples]
