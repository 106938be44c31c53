"""A FHIR document read part by part, for `questionnaires.parsing`."""
