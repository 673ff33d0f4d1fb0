"""Base of everything that is written as JSON."""

from pydantic import BaseModel, ConfigDict


class OutputModel(BaseModel):
    """Base of everything that is written: frozen, no unknown keys, no NaN and no infinity."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,
    )
