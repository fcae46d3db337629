"""The rules, one a file. `tests/testdata/{ok,err}/policy/` has a good and a bad case for each."""
