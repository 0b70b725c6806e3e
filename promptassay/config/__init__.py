"""Settings, the process tree and the console commands: how the program is put together and started."""
