"""What a clinician decides for one patient: levels that are expected of her, limits of her own, another baseline."""
