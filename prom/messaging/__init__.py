"""Messages: what goes out of the house by SMS."""
