"""Model providers: a workspace's keys, and the one gateway through which every model call leaves."""
