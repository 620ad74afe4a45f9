"""Commands about models: `models`, `model`, `improve`."""
