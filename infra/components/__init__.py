"""What the programs are made of, an entity a file. They know `amlops.config` and Pulumi, no git and no YAML."""
