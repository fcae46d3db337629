"""What each `[rule]` means and how to mend what breaks it. A rule of the code that is missing here is a finding."""

from __future__ import annotations

from collections.abc import Mapping

MEANINGS: Mapping[str, tuple[str, str]] = {
    # any file that people write
    "missing-file": ("A file that is named, or needed, is not there.", "Create it, or correct the name."),
    "unreadable-file": ("A file can't be read as UTF-8 text.", "Correct its permissions or its encoding."),
    "yaml": ("A file is not valid YAML, is empty, has a key twice, or is no map.", "Correct the line that is named."),
    "missing-key": ("A key that is required is not there.", "Add it."),
    "unknown-key": ("A key that the file's type does not have; nothing is ignored silently.", "Correct or remove it."),
    "type": ("A value is of another type than its key needs, a text for a number say.", "Write a value of that type."),
    "range": ("A number is out of its limits, a text or a list is too long or too short.", "Stay within the limits."),
    "pattern": ("A text does not have the form that its key needs.", "Write it as the pattern says."),
    "value": ("A value is none of those that its key allows.", "Choose one of the values listed."),
    "schema-line": ("The first line does not name the file's schema.", "Make it the line that the message shows."),
    "repository": ("The command ran outside of a clone of this repository.", "Change into your clone."),
    # environments
    "environment-name": ("The file's name is none that names of resources can be made of.", "Rename the file."),
    "known-environment": ("No environment has this name.", "Name one of those listed, or create its file."),
    "empty-environment": ("The file holds neither `registry` nor `platform`.", "Add what the environment holds."),
    "one-registry": (
        "A platform reads exactly one ML registry: its own (`registry`) or another's (`platform.registry_of`).",
        "Keep one of the two keys.",
    ),
    "registry-home": (
        "`platform.registry_of` names no other environment, or one that brings no registry.",
        "Name an environment with `registry`.",
    ),
    "local-cloud": (
        "`cloud.kind: local` is for `environments/local.yaml`, and that file can't have another kind.",
        "Change the kind or the file's name.",
    ),
    "owner": ("`owner` is none of `platform.teams`.", "Name one of the teams, or add it."),
    "reachable": (
        "Without public access and without a subnet for private endpoints nothing could reach the platform.",
        "Add `platform.network.private_endpoint_subnet`, or open `public_access`.",
    ),
    "private-container-registry": (
        "Private endpoints of a container registry need Azure's premium tier.",
        "Set `platform.container_registry.sku: premium`.",
    ),
    "private-endpoint-subnet": (
        "Azure takes a private endpoint only into a virtual network of its own subscription and region.",
        "Name a subnet of a virtual network in the environment's subscription; peer it with the callers' network.",
    ),
    "private-runner": (
        "Jobs on GitHub's own runners can't reach an environment without public access.",
        "Set `runner` to the label of runners in its network.",
    ),
    "reserved-team": (
        "A team has the name of a realm that every environment has: its GitHub environment would be another's.",
        "Rename the team.",
    ),
    "outbound": (
        "`platform.workspace.outbound` counts only under `allow-only-approved-outbound`.",
        "Remove it, or choose that isolation.",
    ),
    "cluster-nodes": ("A cluster's `min_nodes` is more than its `max_nodes`.", "Lower or raise one of them."),
    "limit-nodes": (
        "The clusters together may grow beyond `platform.limits.nodes`.",
        "Shrink a cluster, or raise the limit.",
    ),
    "serving-instances": (
        "`platform.serving` asks for fewer instances at most than at least, or for more than the limit.",
        "Make `least_instances`, `autoscale.most_instances` and `limits.instances_per_deployment` rise in this order.",
    ),
    "purge-protected": (
        "`deletion.purge_names` would delete for good what `deletion.protect` or `purge_protection` keeps.",
        "Switch one of them off.",
    ),
    "reserved-tag": ("The tag is one that every resource gets anyway.", "Remove it from `tags`."),
    # policy
    "known-policy-rule": ("No rule of the policy has this name.", "Name one of those in docs/reference/policy.md."),
    "exception-stack": (
        "An exception is for a stack that no file in git stands behind.",
        "Correct the stack, or remove the exception.",
    ),
    "exception-owner": ("An exception is owned by no team of its environment.", "Name one of the teams listed."),
    "permission-stack": (
        "A permission to lose something is for a stack that no file in git stands behind.",
        "Correct the stack, or remove the permission.",
    ),
    "permission-owner": ("A permission is owned by no team of its environment.", "Name one of the teams listed."),
    "undescribed-check": (
        "The file of a check of preflight does not say what it holds, why, and by whose word.",
        "Write `Check:`, `Why:` and `Source:` into its docstring.",
    ),
    "undescribed-policy-rule": (
        "The file of a rule of the policy does not say what it holds, why, and by whose word.",
        "Write `Rule:`, `Why:` and `Source:` into its docstring.",
    ),
    # deployments
    "deployment-name": (
        "The folder's name is no name of a deployment, or is `shared`, which is a stack of its own.",
        "Rename the folder.",
    ),
    "known-deployment": ("No deployment has this name.", "Name one of those listed, or create its `about.yaml`."),
    "known-stack": (
        "No file stands behind the stack: the environment brings no registry, or the deployment does not run in it.",
        "Use the stack that the message names, or add the environment to `about.yaml`.",
    ),
    "rollout-steps": ("`rollout.steps` do not rise, or do not end with 100.", "Write rising percents up to 100."),
    "rollout-environment": (
        "`rollout.environments` names an environment that the deployment does not run in.",
        "Name one of `environments`.",
    ),
    "rollout-metric": (
        "`rollout.metric` has no limit, so it judges nothing.",
        "Add `at_least`, `at_most` or `change`.",
    ),
    "rollout-timeout": ("`rollout.on_timeout: reject` without a `timeout` never happens.", "Add `timeout`."),
    # manifests
    "manifest-kind": (
        "The kind of a manifest can't be told, is another than is needed here, or is none that is compiled.",
        "Name the kind by `$schema`, or point `about.yaml` to another file.",
    ),
    "azure-ai-ml": ("Azure's own client refuses the manifest; the message is its own.", "Correct the key it names."),
    "name": (
        "What is declared has no name, so Azure's client would invent another one each time.",
        "Add `name` (or `endpoint_name`).",
    ),
    "version": (
        "An asset has no version, so each run would make another one.",
        "Add `version`, in quotes.",
    ),
    "registry-label": (
        "A registry's asset is named by a label such as `latest`, which moves.",
        "Name a version: `azureml://registries/…/versions/<version>`.",
    ),
    "inline-secret": (
        "A connection or a datastore holds a secret, and git keeps it for ever.",
        "Put it into the environment's key vault, write `${{secrets.<its name there>}}`, and renew the secret.",
    ),
    "pipeline-key": ("A job of a pipeline has a key that its type does not have.", "Correct or remove it."),
    "pipeline-port": (
        "A job of a pipeline gives a port that its component does not have, or lacks an input that it needs.",
        "Correct the input or output.",
    ),
    "pipeline-binding": (
        "A `${{parent.…}}` names an input, an output or a job that is not there.",
        "Name one of those listed.",
    ),
    "pipeline-type": ("What is bound to an input has another type than the component takes.", "Bind what fits."),
    "pipeline-cycle": ("Jobs of a pipeline wait for each other.", "Take one of these bindings out."),
    # training
    "training": ("`about.yaml` names no training job.", "Add `training`, or register the model elsewhere."),
    "open-version": ("The job uses an asset without a version, so it can't be repeated.", "Name a version."),
    "registered-model": (
        "No output of the training job registers a model.",
        "Give one output a `name` and a type such as `custom_model` or `mlflow_model`.",
    ),
    # releases and stages
    "endpoint-name": (
        "The deployment's `endpoint_name` is not the name of the endpoint beside it.",
        "Make them the same.",
    ),
    "known-release": (
        "No release of this id has a file.",
        "Name one of those listed, or run `amlops release <deployment>`.",
    ),
    "release-edited": (
        "A release's content does not have the id that it carries: somebody edited it.",
        "Undo the edit; change the manifests and make another release.",
    ),
    "release-place": (
        "A release lies with another deployment, or under another file name, than it says.",
        "Undo the move or the renaming.",
    ),
    "release-quotes": ("An id without quotes is a number for YAML.", "Put it in quotes."),
    "one-role": ("A stage gives one release two roles.", "Empty one of them."),
    "rejected-release": (
        "A stage runs a release that it lists as rejected.",
        "A person who brings it back takes it out of `rejected`; anyone else takes it out of its role.",
    ),
    "no-current": (
        "A stage has a `candidate` or `previous` release and no `current` one.",
        "Name the one that runs as `current`.",
    ),
    "next-stage": (
        "A stage has a `next` release, and is not that of the deployment's first environment: it would never come in.",
        "Take it out, or name it as `candidate`.",
    ),
    "undescribed-gate": ("A gate's file does not say what it guards.", 'Open its docstring with "Gate: …".'),
    # promotion, gates, broken glass
    "promotion-order": (
        "`order` names exactly the environments that have a platform, `local` excepted, each once.",
        "Add, remove or correct the name.",
    ),
    "promotion-environment": ("`environments` names one that `order` does not have.", "Name one of `order`."),
    "first-environment": (
        "Releases enter the first environment when they are made, so nothing can be asked on the way into it.",
        "Move the key to the next environment.",
    ),
    "time-zone": ("A time zone is no name of the IANA database.", "Write one such as `Europe/Amsterdam`."),
    "window-hours": ("A window closes before it opens.", "Write two windows where it goes over midnight."),
    "freeze-days": ("A freeze ends before it begins.", "Swap the days."),
    "approving-teams": (
        "Somebody must approve, and nobody may, or a team that the environment does not have.",
        "Name teams of the environment.",
    ),
    "break-glass-days": ("Broken glass ends after it begins, and within three days.", "Correct `expires`."),
    "environment-order": ("`environments` is not in the order of promotion.", "Write it in that order."),
    "group-edges": ("The edges of a group do not rise.", "Put them in order."),
    "evaluated-metric": ("A gate is about a metric that the evaluation does not give.", "Name one that it gives."),
    "fairness-groups": ("`gates.fairness.groups` names no group of the evaluation.", "Name one, or add it there."),
    "fairness-metric": (
        "`gates.fairness` compares a metric with its direction, or the deployment's own.",
        "Add both, or `gates.metric`.",
    ),
    "retraining": ("`retraining` repeats a training that there is none of.", "Add `training`, or take it out."),
    "retraining-environment": (
        "`retraining.environment` names no environment of the deployment, or there is no monitor to be in it.",
        "Name one of those listed, or take it out.",
    ),
    "gate-without": ("A gate is left out by `without`, and has settings.", "Keep the one that is meant."),
    # `make check`
    "schema": ("A schema is not what the types in `src/amlops/config` say.", "Run `python -m amlops.config.schemas`."),
    "tables": ("A table of the local Azure is not what Azure's SDKs say.", "Run `make tables`."),
    "coverage": ("The coverage page is not what the local Azure does.", "Run `make docs`."),
    "lock-address": ("A lock holds an address.", "Run `make lock`, or take the address out."),
    "source-page": ("Code gives a page as its source that is not there.", "Name the page that is, or write it."),
    "machine-path": ("A tracked file holds a path of one machine.", "Make it relative."),
    "file-length": ("A file has grown past 600 lines.", "Split it at its seam."),
    "module-docstring": ("A Python file does not say what it is for.", "Begin it with one sentence."),
    "stale-page": ("A reference page is not what the code says.", "Run `make docs`."),
    "undescribed-key": ("A key of a YAML file has no description.", "Write a docstring below the field."),
    "undescribed-rule": ("A rule has no entry on the page of rules.", "Add it to `tools/reference/rule_meanings.py`."),
    "unreadable-rule": ("The name of a rule can't be read from the code.", "Write it as a literal."),
    "undescribed-command": ("A command, an argument, an option or an exit code has no help.", "Write it."),
    "undescribed-variable": (
        "`amlops env` prints a variable that the page does not know, or the page knows one too many.",
        "Mend `tools/reference/variables.py`.",
    ),
    "dead-link": ("A page of the documentation links to what is not there.", "Correct the link."),
    "dead-command": (
        "A page of the documentation names a command, a target of make or a module that is not there.",
        "Correct the command.",
    ),
    "dead-path": ("A page of the documentation names a path that is not there.", "Correct the path."),
}
