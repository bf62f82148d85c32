"""Where figures come from: contracts, connectors, and the snapshot store with its log."""
