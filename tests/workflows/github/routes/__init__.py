"""The routes of the REST API, a file for each of GitHub's own chapters."""
