"""The workflows, run for real: act runs the files, a GitHub simulator stands in for GitHub, a local Azure for Azure."""
