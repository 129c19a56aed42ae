"""What the simulated DOM, gateway and mail server are made of: the misbehaving, the strings, the book, the process.

`faults` says when something misbehaves, `misbehaviour` how it looks on the wire, `control` switches both,
`book` survives restarts, `clock` can jump ahead, `refusals` and `requests` are how a no is said and JSON read,
`command` is the command line. No simulator is known here.
"""
