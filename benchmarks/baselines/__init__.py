"""The other sides: what a good engineer would write without a batch writer."""
