"""The stories of the issue, each walked whole."""
