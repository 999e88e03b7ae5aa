"""The verdicts on a statement, and the colours they have on page and figure."""

SUPPORTED, REFUTED, UNDECIDED = "supported", "refuted", "undecided"

# of Paul Tol's palettes, told apart by colour-blind eyes as well
COLOURS = {SUPPORTED: "#117733", REFUTED: "#aa3377", UNDECIDED: "#777777"}
