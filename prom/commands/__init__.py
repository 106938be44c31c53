"""The `prom` command's parts, one module per subject. They speak English, to operators."""
