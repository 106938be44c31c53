"""A Twilio that misbehaves: it speaks its API to the real SDK, keeps a list, and calls back, well or badly."""
