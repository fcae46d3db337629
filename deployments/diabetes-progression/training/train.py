"""Trains, evaluates and saves the model; logs parameters, metrics and an explanation to the run of Azure ML."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from data import load
from evaluation import by_group, evaluate
from model import explain, fit, save


def main(arguments: Sequence[str] | None = None) -> None:
    options = parse(arguments)
    import mlflow

    with mlflow.start_run():
        mlflow.log_params({"alpha": options.alpha, "test_share": options.test_share, "seed": options.seed})
        metrics, explanation = train(options.patients, options.alpha, options.test_share, options.seed, options.model)
        mlflow.log_metrics(metrics)
        mlflow.log_dict(explanation, "explanation.json")
        mlflow.log_artifact(str(options.model / "signature.json"))
    for name, value in metrics.items():
        print(f"{name} {value:.4f}")


def train(
    patients: Path, alpha: float, test_share: float, seed: int, folder: Path
) -> tuple[dict[str, float], dict[str, float]]:
    """Fits on one part of the data. Gives the metrics on the other, those of groups of people too, and how much each
    measurement counts. Leaves model and metrics in `folder`."""
    split = load(patients, test_share, seed)
    print(f"{len(split.train)} patients to train on, {len(split.test)} to test on, {len(split.features)} features")
    model = fit(split.train, split.train_target, alpha)
    predicted = model.predict(split.test)
    metrics = evaluate(split.test_target, predicted) | by_group(split, predicted)
    save(model, split.features, folder)
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    return metrics, explain(model, split.features)


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=Path, required=True, help="CSV file with the patients")
    parser.add_argument("--alpha", type=float, required=True, help="weight of the ridge penalty")
    parser.add_argument("--test-share", type=float, required=True, help="share of the patients kept for testing")
    parser.add_argument("--seed", type=int, required=True, help="seed of the split")
    parser.add_argument("--model", type=Path, required=True, help="folder that the model is written to")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
