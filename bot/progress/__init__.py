"""Progress she can feel: her way through the tracks as a picture, weeks in a row, whom she has taught."""
