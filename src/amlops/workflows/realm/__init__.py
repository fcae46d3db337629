"""What an environment stands on: its identities, its state and its keys; made, kept, brought back."""
