"""The Qt application: what staff see.

Start with ``__main__`` (paints the window, then loads the rest), ``app`` (start-up, orderly close) and
``shell/window`` (the frame every screen lives in). Screens are ``screens/<name>/{state,presenter,view}``;
``desk`` is what each is given.
"""
