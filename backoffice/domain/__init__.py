"""Rules of the desk as pure functions over frozen values; standard library only."""
