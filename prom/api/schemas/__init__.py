"""What is sent and taken, in camelCase: one file per resource. Whatever a schema does not know is refused by name."""
