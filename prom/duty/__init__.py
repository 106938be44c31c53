"""Who is on duty: the roster of phones that ring, level by level, and where it has holes."""
