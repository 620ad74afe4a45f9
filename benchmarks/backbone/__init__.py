"""How the bundled models with a pretrained backbone are made, `photo` and `watch`: their exact commands."""
