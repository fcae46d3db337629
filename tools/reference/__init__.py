"""Reference pages, made from the code that they tell of. What nobody described is a finding."""
