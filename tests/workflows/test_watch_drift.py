"""The live model is followed, and compared with the figures of its report."""

from tenfold.predictions import Prediction
from tenfold.runtime import App


def test_the_bundled_model_is_compared_with_its_own_report() -> None:
    with App() as app:
        app.watch_drift.tick()
        model = app.model_server.model
        assert not app.drift.found
        app.drift.note(model.sha256, [Prediction("cat", 0.9, {}, True, 0.1, None)] * 1000)
        app.watch_drift.tick()
        found = {(one.kind, one.window): one.found for one in app.drift.found}
    assert found["classes", 1000]
    assert found["novelty", 1000]  # one in twenty of its evaluation was none of the classes
    assert not found["classes", 10_000]
