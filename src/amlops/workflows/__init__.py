"""What one job of a workflow, or one command, does from its start to its end: stacks, rollout, promotion and policy put
together. It knows nothing of terminals and arguments.
"""
