"""The portal in a real browser: with and without scripts, on a phone and on a desk, judged by axe-core."""
