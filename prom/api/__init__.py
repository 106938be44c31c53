"""The JSON API under /api/v1: everything the pages do, for programs, described by OpenAPI at /api/openapi.json."""
