"""Finds the uses of a model that is not live: cameras that it was chosen for, and recipes of stations."""

from tenfold.cameras.cameras import Cameras
from tenfold.errors import RegistryError
from tenfold.line.stations.recipes import Recipes
from tenfold.models.registry import Registry

_MOST_NAMED = 5


def check_unused(registry: Registry, key: str, cameras: Cameras, recipes: Recipes) -> None:
    """Raise RegistryError where a camera uses a model, or a version of a recipe that stations run by."""
    watching = [row.name for row in cameras.all() if row.model_hash == key]
    making = [one.recipe.name for one in recipes.approved() if one.version.model_hash == key]
    if not watching and not making:
        return
    name = registry.get(key).name
    users = watching + making
    said = ", ".join([*users[:_MOST_NAMED], *(["..."] if len(users) > _MOST_NAMED else [])])
    kinds = [word for word, some in (("cameras", watching), ("recipes", making)) if some]
    raise RegistryError(
        f"The model {name}",
        f"is used by {' and '.join(kinds)}",
        received=said,
        cure="Choose another model there, and remove it then.",
        reason="model-used",
        params={"name": name, "users": said},
    )
