"""The frame every screen lives in: window, sign-in, top bar with search and lights, navigation, banners, palette."""
