"""One file, one story; named as in flows.md."""
