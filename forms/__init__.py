"""What a form is and what a filled form says. Pure: no clock, no chance, no file, no network."""
