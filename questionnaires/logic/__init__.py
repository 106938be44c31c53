"""What a questionnaire works out by itself, and what each repetition asks: for `branching` and `calculating`."""
