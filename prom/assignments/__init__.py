"""What is asked of whom and when: assignments, the links to them, and how they end."""
