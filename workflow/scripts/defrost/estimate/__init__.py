"""What a run will take, from its plan and the cost of what it trains, before anything is run."""
