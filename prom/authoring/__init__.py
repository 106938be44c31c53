"""What authors see before patients do: versions and what differs, what is to be mended, a preview, and paper."""
