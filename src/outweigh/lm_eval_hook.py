"""Makes `lm_eval --model outweigh` known.

lm-evaluation-harness 0.4.13 has no plug-ins: its models are a table in `lm_eval/models/__init__.py`.
outweigh_lm_eval.pth calls `install` whenever Python starts; it waits for this one module and adds a line to its table.
"""

import sys

TYPE_CHECKING = False  # importing typing would cost every start of Python 10 ms
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_TABLE = "lm_eval.models"
_MODEL = "outweigh.engine.lm_eval_model:OutweighLM"


class _Waiting:
    """A finder that finds nothing until `lm_eval.models` is imported, and then steps aside."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> "ModuleSpec | None":
        if name != _TABLE:
            return None
        from importlib.util import find_spec

        sys.meta_path.remove(self)
        spec = find_spec(name)
        if spec is not None and spec.loader is not None:
            run = spec.loader.exec_module

            def run_and_register(module: "ModuleType") -> None:
                run(module)
                _register()

            spec.loader.exec_module = run_and_register  # type: ignore[method-assign]
        return spec


def install() -> None:
    """Wait for lm-evaluation-harness, or register at once if it is there. Costs well under a millisecond."""
    if _TABLE in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _Waiting())


def _register() -> None:
    try:
        from lm_eval.api.registry import model_registry

        model_registry.register("outweigh", target=_MODEL)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        import warnings

        warnings.warn(f"this lm-eval does not take outweigh as a model ({error})", stacklevel=2)
