"""What bounds every resource of a program: how long Azure may take to make, change or delete it.

azure-native waits for two hours; an apply that waits so long for what never ends holds its stack and says nothing.
"""

from __future__ import annotations

import pulumi


def bound_operations(minutes: float) -> None:
    """From now on no operation on a resource of Azure's is waited for any longer. A component's own word goes first."""
    span = f"{minutes * 60:.0f}s"

    def bounded(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if not args.type_.startswith("azure-native:") or args.opts.custom_timeouts is not None:
            return None
        own = pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create=span, update=span, delete=span))
        return pulumi.ResourceTransformationResult(args.props, pulumi.ResourceOptions.merge(args.opts, own))

    pulumi.runtime.register_stack_transformation(bounded)
