"""A user's script: azure-ai-ml works in the workspace, which the environment and its name lead to.

Arguments: resource group, workspace, endpoint, request file, registry, scratch folder. It prints what the client
prints, then JSON.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from azure.ai.ml import Input, MLClient, Output, command
from azure.ai.ml.entities import Data, Environment, Model
from azure.identity import DefaultAzureCredential

group, workspace, endpoint, request, registry, scratch = sys.argv[1:]
folder = Path(scratch)
(folder / "model").mkdir(parents=True)
(folder / "model" / "weights.txt").write_text("1 2 3")
(folder / "table.csv").write_text("a,b\n1,2\n")
(folder / "code").mkdir()
(folder / "code" / "main.py").write_text(
    """import pathlib, sys, time
print("the first line", flush=True)
time.sleep(2)
pathlib.Path(sys.argv[2], "copy.csv").write_text(pathlib.Path(sys.argv[1]).read_text())
print("the last line", flush=True)
"""
)
(folder / "conda.yml").write_text("name: plain\ndependencies:\n- python=3.11\n- pip\n")

credential = DefaultAzureCredential(disable_instance_discovery=True)
client = MLClient(credential, os.environ["ARM_SUBSCRIPTION_ID"], group, workspace)
found = {"workspace": client.workspaces.get(workspace).location}
model = client.models.create_or_update(Model(name="by-hand", version="1", path=folder / "model", type="custom_model"))
data = client.data.create_or_update(Data(name="table", version="1", path=str(folder / "table.csv"), type="uri_file"))
found |= {"model": model.path, "data": data.path, "models": [m.name for m in client.models.list()]}

compute = next(item.name for item in client.compute.list())
job = client.jobs.create_or_update(
    command(
        code=folder / "code",
        command="python main.py ${{inputs.table}} ${{outputs.copied}}",
        inputs={"table": Input(type="uri_file", path="azureml:table:1")},
        outputs={"copied": Output(type="uri_folder")},
        environment=Environment(image="mcr.microsoft.com/azureml/base", conda_file=folder / "conda.yml"),
        compute=compute,
    )
)
found |= {"job": job.name, "submitted": job.status}
client.jobs.stream(job.name)
found["ended"] = client.jobs.get(job.name).status
client.jobs.download(job.name, download_path=folder / "got", all=True)
client.models.download("by-hand", "1", download_path=folder / "got")
found["downloaded"] = sorted(path.relative_to(folder / "got").as_posix() for path in (folder / "got").rglob("*.*"))
found["answer"] = json.loads(client.online_endpoints.invoke(endpoint_name=endpoint, request_file=request))
found["published"] = [model.name for model in MLClient(credential, registry_name=registry).models.list()]
print(json.dumps(found))
