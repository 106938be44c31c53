"""Published versions of questionnaires, scoring keys, advice, rule sets and pathways."""
