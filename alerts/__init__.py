"""When to worry, and in what order: rules over answers, the life of an alert, and the order of a worklist. Pure."""
