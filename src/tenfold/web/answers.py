"""The base of answers of the API, whose fields are attributes of objects, and the problems of all operations.

Knows no route.
"""

from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from tenfold.web.problems import responses

# Problems of every operation.
COMMON = responses(
    _400="The body cannot be read.",
    _401="Nobody is signed in, or the token is not valid.",
    _403="The role, or the page that the request comes from, does not allow it.",
    _408="The body stopped arriving.",
    _413="The body is too large.",
    _422="A value in the request cannot be used.",
    _507="The server's disk is full.",
)


def share_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI document with the problems of every operation described once and named by each."""
    named = {f"Problem{status}": problem for status, problem in COMMON.items()}
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if answer == named.get(f"Problem{status}"):
                    operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    document["components"]["responses"] = named
    return document


class Answer(BaseModel):
    """An answer of the API. A field takes the attribute of its name, or of its validation alias."""

    model_config = ConfigDict(validate_by_name=True, from_attributes=True)

    @classmethod
    def of(cls, source: Any, **more: Any) -> Self:
        """The answer with what `source` has; `more` are additional or replaced fields."""
        found = {name: getattr(source, one) for name, one in _attributes(cls) if hasattr(source, one)}
        return cls.model_validate(found | more)


class ShareAnswer(Answer):
    """A share with its 95 % interval, 0 to 1."""

    value: float
    low: float
    high: float
    n: int = Field(description="The number of cases.")


@cache
def _attributes(answer: type[Answer]) -> tuple[tuple[str, str], ...]:
    """Each field's name, and the attribute that it takes."""
    return tuple((name, str(field.validation_alias or name)) for name, field in answer.model_fields.items())
