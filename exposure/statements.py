"""Base of the models that users write in files: frozen, with clear errors."""

from typing import ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    model_validator,
)

from exposure.errors import ExposureError
from exposure.wording import faults_of


class Statement(BaseModel):
    """A part of a file: frozen, without unknown keys; all its faults are one error.

    Raises
    ------
    ExposureError
        Of the class `REFUSAL`, with all faults, a line each.

    Examples
    --------
    >>> from exposure.errors import LeverError
    >>> class Price(Statement):
    ...     REFUSAL = LeverError
    ...     usd: float
    >>> Price(usd="much")
    Traceback (most recent call last):
    exposure.errors.LeverError: usd: found 'much'; expected a finite number; correct it
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    REFUSAL: ClassVar[type[ExposureError]] = ExposureError
    """Class of the error."""

    @model_validator(mode="wrap")
    @classmethod
    def _speak_plainly(cls, data: object, handler: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            return handler(data)
        except ValidationError as error:
            raise cls.REFUSAL(faults_of(error, cls)) from error
