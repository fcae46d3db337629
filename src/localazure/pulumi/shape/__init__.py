"""Values from one form to another: the SDK's inputs, ARM's JSON, the SDK's outputs, previews, inputs again."""
