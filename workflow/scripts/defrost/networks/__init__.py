"""Networks as a list of transferable blocks and a readout."""
