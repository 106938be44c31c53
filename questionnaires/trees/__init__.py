"""YAML and XML read as the very same tree as JSON, for `questionnaires.documents`."""
