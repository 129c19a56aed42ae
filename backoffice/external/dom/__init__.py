"""ExternalOrder and ExternalInventory: the Distributed Order Management system."""
