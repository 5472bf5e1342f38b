"""Small tables in the columns that public leaderboards publish; the models do not exist."""

V2_COLUMNS = (
    "id model_name model_sha model_precision model_type model_weight_type model_architecture model_average_score "
    "model_has_chat_template evaluations_ifeval_value evaluations_ifeval_normalized_score evaluations_bbh_value "
    "evaluations_bbh_normalized_score evaluations_math_value evaluations_math_normalized_score evaluations_gpqa_value "
    "evaluations_gpqa_normalized_score evaluations_musr_value evaluations_musr_normalized_score "
    "evaluations_mmlu_pro_value evaluations_mmlu_pro_normalized_score features_is_not_available_on_hub "
    "features_is_merged features_is_moe features_is_flagged features_is_official_provider metadata_upload_date "
    "metadata_submission_date metadata_generation metadata_base_model metadata_hub_license metadata_hub_hearts "
    "metadata_params_billions metadata_co2_cost"
).split()
V1 = """\
model,arc,hellaswag,mmlu,truthfulqa,winogrande,gsm8k,architecture,precision,params_b,hub_license,merged,moe,flagged,date
org/old-7B,60.1,80.2,62.3,50.4,75.5,40.6,LlamaForCausalLM,bfloat16,7,mit,FALSE,FALSE,FALSE,2024-01-02T00:00:00Z
org/older-3B,40.1,60.2,30.3,40.4,60.5,2.6,LlamaForCausalLM,float16,2,apache-2.0,TRUE,FALSE,FALSE,2023-11-02T00:00:00Z
"""
LMARENA = """\
rank,rank_stylectrl,model,arena_score,95_pct_ci,votes,organization,license,knowledge_cutoff,url
1,1,Big-Talker,1470,+5/-5,26019,Org,Proprietary,,http://example.org
2,1,Open-Talker-70B,1466,+7/-6,9000,Org,MIT,,http://example.org
3,3,Old-Talker,1200,+4/-3,50000,Org,Apache 2.0,2023/3,http://example.org
"""


def v2_row(model: str, share: float, **facts: object) -> dict[str, str]:
    """A row of version 2 in which all six shares are the same, and all rescaled scores half of it."""
    row = dict.fromkeys(V2_COLUMNS, "")
    for name in ("ifeval", "bbh", "math", "gpqa", "musr", "mmlu_pro"):
        row |= {f"evaluations_{name}_value": str(share), f"evaluations_{name}_normalized_score": str(50 * share)}
    row |= dict.fromkeys([name for name in V2_COLUMNS if name.startswith("features_")], "FALSE")
    row |= {"model_name": model, "model_sha": "0" * 40, "model_precision": "bfloat16", "model_type": "pretrained"}
    row |= {"features_is_not_available_on_hub": "TRUE", "metadata_hub_license": "apache-2.0"}
    return row | {"metadata_submission_date": "2024-08-05", "metadata_params_billions": "7.2"} | facts


def v2_table(*rows: dict[str, str]) -> str:
    """A csv of version 2."""
    return "\n".join([",".join(V2_COLUMNS), *(",".join(row.values()) for row in rows)]) + "\n"


V2 = v2_table(
    v2_row("org/first-7B", 0.6, metadata_upload_date="2024-05-11"),
    v2_row("org/second-7B", 0.4, metadata_hub_license="mit", metadata_base_model="org/first-7B"),
    v2_row("org/second-7B", 0.45, model_precision="float16", metadata_submission_date="2024-12-01"),
    v2_row("org/small-1B", 0.3, metadata_params_billions="1.1", features_is_official_provider="TRUE"),
    v2_row("org/gone-9B", 0.7, features_is_not_available_on_hub="FALSE", metadata_params_billions="9"),
)
