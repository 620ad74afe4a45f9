"""Training the live model on corrections: readiness, the dataset, the recipe, the evaluation, the job."""
