"""What a clinician writes to a patient: sealed, told of by a neutral SMS, read on her page after a one-time code."""
