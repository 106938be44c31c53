"""Answering by SMS: what comes in, what it means, and the conversation of one question a message."""
