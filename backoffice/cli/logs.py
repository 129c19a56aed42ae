"""Logs of a program without a window: JSON lines on stderr, since stdout is for what was asked for."""

import sys


def log_to_stderr() -> None:
    """Write every event as one line with its time and level."""
    import structlog

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
