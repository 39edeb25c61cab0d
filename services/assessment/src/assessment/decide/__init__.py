"""The rules of an investigation: finding out (`inquiry`), choosing (`choice`), and the support itself (`support`)."""
