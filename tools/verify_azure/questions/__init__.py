"""What Azure is asked, one question a file: what is taken for granted, how it is asked, what the answer means."""
