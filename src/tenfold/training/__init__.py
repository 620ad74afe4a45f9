"""From labelled pictures to trained weights: configuration, augmentation, optimiser, loop, checkpoints."""
