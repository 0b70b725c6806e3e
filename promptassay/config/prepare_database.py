"""A short-lived process that makes the embedded database's roles, so that the supervisor stays small."""

import os
from pathlib import Path

from promptassay.config.embedded import prepare_here

if __name__ == "__main__":
    prepare_here(Path(os.environ["PROMPTASSAY_PREPARE"]))
