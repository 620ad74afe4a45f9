"""What answers of the API have in common: an object's attributes become the fields. Knows no route."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """An answer of the API. A field takes the attribute of its name, or of its validation alias."""

    model_config = ConfigDict(validate_by_name=True)

    @classmethod
    def of(cls, source: Any, **more: Any) -> Self:
        """The answer with what `source` has; `more` are fields that it has not, or has otherwise."""
        attributes = {name: str(field.validation_alias or name) for name, field in cls.model_fields.items()}
        found = {name: getattr(source, one) for name, one in attributes.items() if hasattr(source, one)}
        return cls.model_validate(found | more)
