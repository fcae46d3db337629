"""The whole path on the real engine and the local Azure, from a fresh clone in a fresh folder."""
