"""The models: which is live, trainings, comparisons, and the way from corrections to a model and back."""

import json
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tenfold.export.check import check_files
from tenfold.export.receipt import read_receipt
from tests import tiny
from tests.browser import modelling
from tests.browser.catalogue.test_catalogue import SIDEWAYS
from tests.browser.catalogues import get, paint, send
from tests.browser.data.test_data_page import add
from tests.browser.every_page.test_access import PHONE, WIDE, violations
from tests.browser.seeing import LookAt
from tests.runs import run_folders

pytestmark = pytest.mark.browser

# Milliseconds; a training gives way to all else that runs on the machine.
GIVEN_WAY = 300_000
PARTS = ("models", "corrections", "runs", "compare", "reclassify")


def part(page: Page, name: str) -> None:
    page.locator("main nav").get_by_role("link", name=name, exact=True).click()


def card(page: Page, name: str) -> Locator:
    """The card with this heading."""
    return page.locator("li.card").filter(has=page.get_by_role("heading", name=whole(name)))


def whole(name: str) -> re.Pattern[str]:
    """A name in a text, not as a part of a longer one."""
    return re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")


def sure(page: Page, words: str) -> None:
    """Say yes in the window that asks."""
    page.get_by_role("dialog").get_by_role("button", name=words, exact=True).click()


def told(page: Page, words: str) -> None:
    expect(page.get_by_role("region", name="Messages")).to_contain_text(words)


def fits_a_phone(page: Page) -> None:
    """Nothing scrolls sideways and axe finds nothing, here and on a phone."""
    for size in (WIDE, PHONE):
        page.set_viewport_size({"width": size["width"], "height": size["height"]})
        page.wait_for_function(f"() => {SIDEWAYS} <= 0")  # the header takes a moment
        assert violations(page) == []
    page.set_viewport_size({"width": WIDE["width"], "height": WIDE["height"]})


def test_a_live_model_that_the_server_cannot_load_is_said_to_be_so(
    home: Path, request: pytest.FixtureRequest
) -> None:
    with modelling.filling(home) as app:
        model = app.registry.register(tiny.MODEL)
        app.registry.go_live(model.hash, by=0)
    [kept] = (home / "models").glob("*.onnx")
    kept.unlink()
    look_at: LookAt = request.getfixturevalue("look_at")
    page = look_at("/models", reduced_motion="reduce")
    said = page.get_by_text("tiny is live, but cannot be used on this server: photo answers instead.")
    expect(said).to_be_visible()
    fits_a_phone(page)


def test_a_model_is_added_made_live_taken_back_and_removed(look_at: LookAt, tmp_path: Path) -> None:
    page = look_at("/models", reduced_motion="reduce")
    bundled = card(page, "photo")
    expect(bundled).to_contain_text("comes with tenfold")
    expect(bundled.get_by_role("button", name="Make live")).to_have_count(0)
    assert violations(page) == []

    chooser = page.locator("input[type=file]")
    (tmp_path / "note.onnx").write_text("hello")
    chooser.set_input_files(tmp_path / "note.onnx")
    told(page, "note.onnx was not made by tenfold")
    page.get_by_role("button", name="Close").click()
    chooser.set_input_files(tiny.variant(tmp_path / "small.onnx", name="small"))
    told(page, "small.onnx was added.")
    small = card(page, "small")
    expect(small).to_contain_text("a file that was added")

    # With the keyboard alone.
    small.get_by_role("button", name="Make live").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("This does not change the class of any picture")
    assert violations(page) == []
    sure(page, "Make live")
    expect(small.get_by_text("Live", exact=True)).to_be_visible()
    expect(page.locator("li.card").first).to_contain_text("small")
    page.get_by_role("button", name="Back to photo").click()
    expect(bundled.get_by_text("Live", exact=True)).to_be_visible()
    page.get_by_text("Which model was live when").click()
    expect(page.locator("ol li").first).to_contain_text("rolled back")
    expect(page.locator("ol li")).to_have_count(3)
    assert violations(page) == []

    small.get_by_role("button", name="Remove").click()
    sure(page, "Remove")
    expect(small).to_have_count(0)


@pytest.mark.long
def test_every_attempt_says_what_its_verdict_rests_on(look_at: LookAt, home: Path, tmp_path: Path) -> None:
    with modelling.filling(home) as app:
        app.registry.go_live(
            app.registry.find("cifar10").hash, by=0
        )  # photo's network is not trained further
        first, second = modelling.models(app, tmp_path)
        modelling.attempts(app, won=second, other=first)
        modelling.correct(app, learned=2, kept_back=4)
    modelling.trainings(home)
    for locale, scheme in (("en-US", "light"), ("uk-UA", "dark"), ("ru-RU", "light")):
        phone = look_at("/models", locale=locale, viewport=PHONE, color_scheme=scheme)
        for name in PARTS:
            link = phone.locator(f"main nav a[href$='part={name}']")
            link.click()
            expect(link).to_have_attribute("aria-current", "page")
            phone.locator("section.models :is(.card, .button)").first.wait_for()
            phone.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
            assert phone.evaluate(SIDEWAYS) <= 0, (locale, name)
            if locale != "en-US":
                assert violations(phone) == [], (locale, name)
        phone.context.close()

    page = look_at("/models?part=corrections", reduced_motion="reduce")
    start = page.locator(".card").first
    expect(start).to_contain_text(re.compile(r"4 pictures are kept back .* too few for a verdict"))
    expect(start.get_by_role("checkbox")).to_be_disabled()
    expect(start).to_contain_text("The model’s own data is not there any more: cifar10")
    for number, words in (
        (6, ["No difference can be shown", "not known whether it has forgotten", "were not available"]),
        (5, ["may be chance. By 4 pictures no difference can be told, whatever the model learned."]),
        (4, ["Stopped"]),
        (3, ["Failed", "The data '/no/longer' do not exist"]),
        (2, ["The new model is better", "has not forgotten", "Left out, too few pictures", "blue"]),
        (1, ["The new model is worse", "fewer of the corrections right"]),
    ):
        for one in words:
            expect(card(page, f"Attempt {number}")).to_contain_text(one)
    assert violations(page) == []

    card(page, "Attempt 5").get_by_role("button", name="Make live anyway").click()
    expect(page.get_by_role("dialog")).to_contain_text("although it did not win")
    page.keyboard.press("Escape")
    card(page, "Attempt 2").get_by_role("button", name="Make live").click()
    sure(page, "Make live")
    expect(card(page, "Attempt 2").get_by_text("Live", exact=True)).to_be_visible()
    # The same verdicts hold where all models are.
    part(page, "Models")
    expect(card(page, "shades, corrected 2")).to_contain_text("The new model is better")
    expect(card(page, "shades").last.get_by_role("button", name="Make live anyway")).to_be_visible()
    page.get_by_text("Which model was live when").click()
    expect(page.locator("ol li").first).to_contain_text("won the comparison")


def test_runs_are_looked_at_registered_and_deleted(look_at: LookAt, home: Path) -> None:
    modelling.trainings(home)
    page = look_at("/models?part=runs", reduced_motion="reduce")
    done = card(page, "20261121-140509-shades")
    expect(done).to_contain_text("epoch 4 of 4")
    done.get_by_text("Figures of every epoch").click()
    drawing = done.get_by_role(
        "img", name="Accuracy. training ends at 90.17%; validation ends at 88.17%.", exact=True
    )
    expect(drawing).to_be_visible()
    expect(done.get_by_role("row")).to_have_count(5)
    assert violations(page) == []
    with page.expect_popup() as opened:
        done.get_by_role("link", name="Report").click()
    expect(opened.value.get_by_role("heading", name="The report of shades")).to_be_visible()
    opened.value.close()
    done.get_by_role("button", name="Add to the models").click()
    told(page, "20261121-140509-shades has been added to the models.")
    expect(done.get_by_role("button", name="Add to the models")).to_have_count(0)

    halfway = card(page, "20261122-080000-halfway")
    expect(halfway).to_contain_text("Stopped")
    halfway.get_by_text("Figures of every epoch").click()
    expect(halfway.locator("pre")).to_contain_text("The disk is full.")
    halfway.get_by_role("button", name="Delete").click()
    sure(page, "Delete")
    expect(halfway).to_have_count(0)
    part(page, "Models")
    expect(card(page, "tiny")).to_contain_text("the training 20261121-140509-shades")


def test_runs_are_named_by_people_and_their_curves_lie_in_one_drawing(look_at: LookAt, home: Path) -> None:
    modelling.trainings(home)
    page = look_at("/models?part=runs", reduced_motion="reduce")
    card(page, "20261121-140509-shades").get_by_role("button", name="Name", exact=True).click()
    page.get_by_role("dialog").get_by_label("Name of the training").fill("Grey shades")
    page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(card(page, "Grey shades")).to_contain_text("20261121-140509-shades")
    for name in ("Grey shades", "20261122-080000-halfway"):
        page.get_by_role("checkbox", name=whole(name)).check()
    drawing = page.get_by_role("img", name="Accuracy, validation. ")
    expect(drawing).to_have_attribute("aria-label", re.compile("Grey shades ends at .*%"))
    expect(drawing.locator("..").locator(".legend li")).to_have_text(
        ["20261122-080000-halfway", "Grey shades"]
    )
    drawing.locator(".column").last.hover()
    expect(page.locator(".chart .tip")).to_contain_text("epoch 4: Grey shades ")
    page.get_by_label("What is drawn").select_option("Loss in training")
    expect(page.get_by_role("img", name="Loss, training. ")).to_be_visible()
    drawn: list[str] = []
    page.on("request", lambda request: drawn.append(request.url) if "run-curves" in request.url else None)
    card(page, "Grey shades").get_by_role("button", name="Name", exact=True).click()
    with page.expect_response("**/api/v1/runs"):  # the list anew, which says the same
        page.get_by_role("dialog").get_by_role("button", name="Save").click()
    page.wait_for_timeout(500)
    assert drawn == []
    fits_a_phone(page)


def test_a_first_training_on_corrections_says_before_what_it_would_come_to(
    look_at: LookAt, home: Path
) -> None:
    with modelling.filling(home) as app:
        modelling.correct(app, learned=2, kept_back=4)
        app.registry.go_live(app.registry.find("cifar10").hash, by=0)
    timed = run_folders.make(home / "runs" / "timed", network="default", done=3)
    (timed / "data.json").write_text(json.dumps({"source": "cifar10", "training": 1000, "side": 32}))
    page = look_at("/models?part=corrections", reduced_motion="reduce")
    page.get_by_role("button", name="Estimate the time").click()
    # 20 corrected pictures of four views each; the run took 50 s for 1,000 pictures.
    expect(page.locator(".card").first).to_contain_text(
        "About 0:16 for 80 pictures an epoch, a model of about 4.5 MB."
    )


def test_models_are_compared_on_the_same_pictures(
    look_at: LookAt, own_server: str, home: Path, tmp_path: Path
) -> None:
    pictures = tiny.folder(tiny.shades(60), tmp_path / "shades")
    page = look_at("/models", reduced_motion="reduce")
    page.locator("input[type=file]").set_input_files(tiny.variant(tmp_path / "small.onnx", name="small"))
    expect(card(page, "small")).to_be_visible()
    part(page, "Compare")
    expect(page.get_by_text("There is no data on this server to choose from.")).to_be_visible()
    page.get_by_role("link", name="Add data").click()
    add(page, str(pictures))
    expect(page.get_by_role("heading", name="shades")).to_be_visible()
    page.goto(f"{own_server}/models?part=compare")
    compare = page.get_by_role("button", name="Compare", exact=True)
    expect(compare).to_be_disabled()
    for name in ("small", "tenfold-cifar10"):
        page.get_by_role("checkbox", name=whole(name)).check()
    compare.click()
    found = page.locator(".card").filter(has=page.get_by_role("table"))
    expect(found.get_by_role("row")).to_have_count(3)
    measured = get(own_server, "/jobs?kind=compare")["jobs"][0]["result"]["models"]
    ahead, behind = sorted(measured, key=lambda name: -measured[name]["accuracy"])
    points = 100 * (measured[ahead]["accuracy"] - measured[behind]["accuracy"])
    lead = f"{ahead}\\W+is ahead of\\W+{behind}\\W+by {points:.1f} points" if points else "equally accurate"
    expect(found.get_by_role("listitem")).to_contain_text(re.compile(lead))
    expect(found.get_by_text("Too few test pictures (10): the true accuracy may be")).to_have_count(2)
    fits_a_phone(page)
    with page.expect_popup() as opened:
        found.get_by_role("link", name="The whole comparison").click()
    expect(opened.value.get_by_text("small").first).to_be_visible()


def test_a_model_is_exported_and_its_receipt_is_read(
    look_at: LookAt, own_server: str, tmp_path: Path
) -> None:
    pictures = tiny.folder(tiny.shades(60, side=40), tmp_path / "shades")
    page = look_at("/data", reduced_motion="reduce")
    add(page, str(pictures))
    expect(page.get_by_role("heading", name="shades")).to_be_visible()
    page.goto(f"{own_server}/models")
    page.locator("input[type=file]").set_input_files(tiny.variant(tmp_path / "small.onnx", name="small"))
    small = card(page, "small")
    small.get_by_text("Export", exact=True).click()
    start = small.get_by_role("button", name="Export", exact=True)
    expect(start).to_be_disabled()  # it is not known what the model was trained on
    small.get_by_label("ONNX, 8-bit integers").check()
    small.get_by_label("Compare on").select_option("shades")

    # The small model is too narrow to agree with itself in integers.
    small.get_by_label("The same first answer at least").fill("100")
    start.click()
    refused = small.get_by_role("group", name="ONNX, 8-bit integers").first
    expect(refused).to_contain_text("100.00% was required. No file was kept.", timeout=120_000)
    expect(refused.get_by_role("link", name="small-int8.onnx")).to_have_count(0)
    refused.get_by_text("Another first answer").click()
    worst = refused.get_by_role("img", name="Picture: ").first
    worst.scroll_into_view_if_needed()
    page.wait_for_function("image => image.naturalWidth > 0", arg=worst.element_handle())

    small.get_by_label("The same first answer at least").fill("5")
    start.click()
    good = small.get_by_role("group", name="ONNX, 8-bit integers").filter(
        has=page.get_by_text("Answers like the original")
    )
    expect(good).to_be_visible(timeout=120_000)
    fits_a_phone(page)
    with page.expect_download() as opened:
        good.get_by_role("link", name="small-int8.onnx").click()
    opened.value.save_as(tmp_path / "small-int8.onnx")
    with page.expect_download() as opened:
        good.get_by_role("link", name="Receipt (JSON)").click()
    opened.value.save_as(tmp_path / opened.value.suggested_filename)
    receipt = read_receipt(tmp_path / "small-int8.onnx")
    check_files(receipt, tmp_path / "small-int8.onnx")
    expect(good).to_contain_text(f"The same first answer: {receipt.agreement.value:.2%}")
    with page.expect_popup() as opened_page:
        good.get_by_role("link", name="The whole receipt").click()
    expect(opened_page.value.get_by_role("heading", name="small as ONNX, 8-bit integers")).to_be_visible()
    opened_page.value.close()
    good.get_by_role("button", name="Delete").click()
    sure(page, "Delete")
    expect(good).to_have_count(0)


def test_another_model_is_asked_about_every_picture(
    look_at: LookAt, own_server: str, plane: Path, ship: Path, tmp_path: Path
) -> None:
    send(own_server, *paint(tmp_path / "noise", 8), plane, ship)
    page = look_at("/models", reduced_motion="reduce")
    page.locator("input[type=file]").set_input_files(tiny.variant(tmp_path / "small.onnx", name="small"))
    expect(card(page, "small")).to_be_visible()
    while get(own_server, "/catalogue/counts")["waiting"]:
        page.wait_for_timeout(200)
    before = get(own_server, "/catalogue/counts")["labels"]
    part(page, "Reclassify")
    expect(page.get_by_text("No model has been asked yet")).to_be_visible()
    page.get_by_role("combobox", name="Model").select_option("small")
    page.get_by_role("button", name="Ask about every picture").click()
    found = card(page, "small")
    expect(found).to_contain_text(re.compile(r"\d+ pictures? of 10 would get another class"))
    expect(found.get_by_role("table")).to_be_visible()
    shown = "image => image.complete && image.naturalWidth > 0"
    page.wait_for_function(f"() => [...document.querySelectorAll('li.card img')].slice(0, 4).every({shown})")
    fits_a_phone(page)
    assert get(own_server, "/catalogue/counts")["labels"] == before
    found.get_by_role("button", name="Apply the answers").click()
    sure(page, "Apply the answers")
    expect(found.get_by_text("Applied", exact=True)).to_be_visible()
    assert get(own_server, "/catalogue/counts")["labels"] != before
    found.get_by_role("button", name="Undo").click()
    expect(found.get_by_text("Undone", exact=True)).to_be_visible()
    expect(found.get_by_role("button", name="Undo")).to_have_count(0)
    assert get(own_server, "/catalogue/counts")["labels"] == before

    page.get_by_role("combobox", name="Model").select_option("photo (live)")
    page.get_by_role("button", name="Ask about every picture").click()
    same = card(page, "photo")
    expect(same).to_contain_text("No picture would get another class.")
    same.get_by_role("button", name="Discard").click()
    expect(same).to_have_count(0)


def test_the_network_of_a_training_is_chosen_by_its_pictures_and_shown(
    look_at: LookAt, own_server: str, tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")
    for number, label in enumerate(["cat", "dog"] * 3):
        (tmp_path / "photographs" / label).mkdir(parents=True, exist_ok=True)
        picture = Image.new("RGB", (96, 96), (40 * number, 0, 0))
        picture.save(tmp_path / "photographs" / label / f"{number}.png")
    page = look_at("/data")
    add(page, str(tmp_path / "photographs"))
    expect(page.get_by_role("heading", name="photographs")).to_be_visible()
    page.goto(f"{own_server}/models?part=runs")
    page.get_by_role("button", name="Start a training").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Data").select_option("photographs")
    hint = dialog.locator(".field").filter(has=page.get_by_label("Network", exact=True)).locator(".hint")
    expect(dialog.get_by_label("Network", exact=True)).to_have_value("")
    expect(hint).to_contain_text("There are few pictures (6), and they are large")
    dialog.get_by_label("Network", exact=True).select_option("resnet-20")
    expect(hint).to_have_text("residual blocks of 16, 32 and 64 filters; published: 91.25 %")
    dialog.get_by_label("Network", exact=True).select_option("Choose by the pictures")
    dialog.get_by_label("Start from").select_option(index=1)
    expect(hint).to_contain_text("default is used:")


def start(page: Page, data: str, name: str, epochs: str) -> None:
    """Fill in and send what a training is to be."""
    page.get_by_role("button", name="Start a training").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("link", name="Teach")).to_have_attribute("href", "/teach")
    dialog.get_by_label("Data").select_option(data)
    dialog.get_by_label("Network").select_option("resnet-20")
    dialog.get_by_label("Epochs").fill(epochs)
    dialog.get_by_label("Name of the model").fill(name)
    assert violations(page) == []
    dialog.get_by_role("button", name="Start", exact=True).click()


@pytest.mark.long
@pytest.mark.train
def test_a_training_is_begun_watched_stopped_gone_on_with_and_finished(
    look_at: LookAt, own_server: str, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="needs the train extra: pip install 'tenfold[train]'")
    pictures = tiny.folder(tiny.shades(60, classes=3), tmp_path / "shades")
    page = look_at("/data", reduced_motion="reduce")
    add(page, str(pictures))
    expect(page.get_by_role("heading", name="shades")).to_be_visible()
    page.goto(f"{own_server}/models?part=runs")
    expect(page.get_by_text("No training yet")).to_be_visible()
    start(page, "shades", "three shades", "500")
    run = page.locator("li.card")
    expect(run.get_by_role("heading")).to_contain_text("three-shades")
    expect(run.get_by_text("Under way")).to_be_visible()
    # Each epoch is drawn as it ends.
    expect(run.get_by_role("img", name="Accuracy. training")).to_be_visible(timeout=GIVEN_WAY)
    expect(run).to_contain_text(re.compile(r"epoch ([2-9]|\d\d+) of 500"))
    expect(run.get_by_role("progressbar")).to_be_visible()
    assert violations(page) == []
    run.get_by_role("button", name="Stop").click()
    expect(run.get_by_text("Stopped", exact=True)).to_be_visible()
    run.get_by_role("button", name="Resume").click()
    expect(run.get_by_text("Under way")).to_be_visible()
    run.get_by_role("button", name="Stop").click()
    run.get_by_role("button", name="Make a model of it").click()
    expect(run.get_by_text("Finished")).to_be_visible()
    expect(run.get_by_role("link", name="Report")).to_be_visible()
    assert violations(page) == []
    part(page, "Models")
    expect(card(page, "three shades")).to_contain_text("3 classes")

    # One that fails says its last words.
    for picture in (pictures / "class 0").iterdir():
        picture.write_bytes(b"no picture")
    part(page, "Training")
    start(page, "shades", "broken", "1")
    broken = card(page, "broken")
    expect(broken.get_by_text("Failed")).to_be_visible()
    expect(broken.locator("pre")).to_contain_text("tenfold: ")
    assert violations(page) == []
    broken.get_by_role("button", name="Delete").click()
    sure(page, "Delete")
    expect(broken).to_have_count(0)


def test_from_two_dozen_corrections_to_a_live_model_and_back(
    home: Path, request: pytest.FixtureRequest
) -> None:
    with modelling.filling(home) as app:
        modelling.correct(app, learned=2, kept_back=4)
    look_at = request.getfixturevalue("look_at")
    page = look_at("/review", reduced_motion="reduce")
    offer = page.locator("section").filter(has=page.get_by_role("heading", name="Improve the model"))
    offer.get_by_role("button", name="Update the model (seconds)").click()
    expect(offer).to_contain_text("On corrections it had not learned from Pictures: 24")
    expect(offer).to_contain_text("On pictures of its own data Pictures: 1,200")
    assert violations(page) == []
    fits_a_phone(page)
    won = offer.get_by_text("That is not enough to call it better").count() == 0
    expect(offer.get_by_text("The new model is better.")).to_have_count(int(won))
    offer.get_by_role("button", name="Make live").click()
    if not won:
        sure(page, "Make live anyway")
    expect(offer.get_by_role("status")).to_have_text("The updated model answers now.")
    offer.get_by_role("button", name="Go back").click()
    expect(offer.get_by_role("button", name="Make live")).to_be_visible()
    page.goto(page.url.replace("/review", "/models?part=corrections"))
    expect(page.locator(".card").first).to_contain_text("This model’s network is not trained further")
    expect(card(page, "Attempt 1")).to_contain_text("Corrections it had not learned from")


def test_the_bundled_model_has_its_confusion_matrix_and_report(glance: LookAt) -> None:
    page = glance("/models", reduced_motion="reduce")
    bundled = card(page, "tenfold-cifar10")
    bundled.get_by_text("Results on its test pictures").click()
    expect(bundled).to_contain_text("CIFAR-10 · 10,000 pictures")
    expect(bundled.get_by_title("dog, called cat: 66")).to_be_visible()
    expect(bundled.get_by_role("row", name=re.compile("^cat 86.0% 88.2%"))).to_be_visible()
    fits_a_phone(page)
    with page.expect_popup() as opened:
        bundled.get_by_role("link", name="Report").click()
    expect(opened.value.get_by_text("6ae126b66bc7").first).to_be_visible()
