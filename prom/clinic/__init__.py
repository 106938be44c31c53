"""What staff see: the worklist, the patient's page, registration, and reports taken by phone. Pages only, no tables."""
