"""From runs to a decision: a recommendation for a need, and what the recommended model costs in a deployment."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from outweigh.cli.output import Remarks

if TYPE_CHECKING:
    from rich.console import Console

    from outweigh.dashboard.decision import CostPlan, Decision
    from outweigh.engine.reading import Held
    from outweigh.records import Recommendation, Run

NeedFile = Annotated[
    Path | None, typer.Option("--need", help="A TOML file that says what counts: recommend a model for it.")
]
DeploymentFile = Annotated[
    Path | None, typer.Option("--deployment", help="A TOML file as for `outweigh cost`: what the model costs there.")
]


@dataclass(frozen=True)
class Asked:
    """What the decision is to be made by; without either there is none."""

    need: Path | None = None
    deployment: Path | None = None

    def checked(self) -> "Asked":
        """UserError where a file cannot be read: before hours of work, not after them."""
        from outweigh.cli import recommending
        from outweigh.interop import deployment_toml

        if self.need is not None:
            recommending.need(self.need, {"weights": {}, "limits": {}}, interview=False)
        if self.deployment is not None:
            deployment_toml.read(self.deployment)
        return self


def decided(runs: "Sequence[Run]", held: "Held", asked: Asked) -> "Decision | None":
    """The decision that these runs, with their results and transcripts, allow; None where nothing was asked.

    It says why a part of it is not there.
    """
    from outweigh.dashboard.decision import Decision
    from outweigh.records import UserError

    if asked.need is None and asked.deployment is None:
        return None
    found, plan, missing = None, None, []
    try:
        found = _recommended(runs, held, asked.need, asked.deployment) if asked.need else None
    except UserError as error:
        missing.append(f"No recommendation: {error}")
    try:
        plan = _plan(runs, asked.deployment, found) if asked.deployment else None
    except UserError as error:
        missing.append(f"No cost plan: {error}")
    return Decision(found, plan, tuple(missing))


def _pick(found: "Recommendation | None") -> str | None:
    """The model that is recommended, or else the one for which the least would have to give way."""
    if found is None or found.ranked:
        return found.ranked[0].model if found else None
    return found.relaxation.model if found.relaxation else None


def _recommended(runs: "Sequence[Run]", held: "Held", path: Path, deployment: Path | None) -> "Recommendation":
    from outweigh.cli import recommending
    from outweigh.insight.beliefs import SEED

    need = recommending.need(path, {"weights": {}, "limits": {}}, interview=False)
    return recommending.of_runs(runs, held, need, deployment).recommended(SEED)


def _plan(runs: "Sequence[Run]", path: Path, recommended: "Recommendation | None") -> "CostPlan":
    """The plan of `_pick`, unless the file names another model; the others that were measured are alternatives."""
    from outweigh.cli.costing import cost_plan, costed
    from outweigh.insight.measured_plan import planned
    from outweigh.insight.savings import savings
    from outweigh.insight.utilities import right_answers
    from outweigh.interop import deployment_toml
    from outweigh.records import Deployment

    plan, pick = deployment_toml.read(path), _pick(recommended)
    if pick is not None and plan.deployment.model == Deployment.model_fields["model"].default:
        plan = plan.but(deployment=plan.deployment.but(model=pick))
    measurements = [each for run in runs for each in run.measurements]
    right = right_answers(recommended) if recommended else {}
    whole, notes = planned(plan, measurements, (), None, right)
    if right:
        notes = (*notes, "right answers: each model's mean of the need's goals by their weights")
    return cost_plan(whole, costed(whole, notes), savings(whole))


def decision_json(found: "Decision | None") -> dict[str, Any]:
    """The decision as `--json` shows it."""
    shown: dict[str, Any] = {"missing": list(found.missing)} if found else {}
    if found and found.recommendation:
        shown["recommendation"] = found.recommendation.model_dump(mode="json")
    if found and found.plan:
        plan = found.plan
        shown["cost"] = plan.cost.model_dump(mode="json")
        shown["cost_savings"] = [each.model_dump(mode="json") for each in plan.savings]
        shown["cost_over_volume"] = [each.model_dump(mode="json") for each in plan.volumes]
        shown["cost_crossings"] = [each.model_dump(mode="json") for each in plan.crossings]
        shown["carbon"] = plan.carbon.model_dump(mode="json") if plan.carbon else None
    return shown


def print_decision(out: "Console", found: "Decision", remarks: Remarks | None = None) -> None:
    """The recommendation, then the cost plan, then what is missing of either. No remark comes twice."""
    from outweigh.cli import costing, recommended

    remarks = remarks or Remarks(out)

    if found.recommendation is not None:
        out.print()
        out.rule("Which one, and how sure", align="left", style="dim")
        recommended.print_recommendation(out, found.recommendation, remarks)
    if found.plan is not None:
        out.print()
        out.rule("What it costs", align="left", style="dim")
        costing.print_cost(out, found.plan.cost, remarks)
        costing.print_savings(out, found.plan.savings, found.plan.cost.total.currency)
    for line in found.missing:
        out.print()
        out.print(line, style="yellow", markup=False)
