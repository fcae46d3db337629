"""What a change does, worked out without a credential: a pull request's plan, what git explains, policy."""
