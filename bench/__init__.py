"""What the site costs, as ratios within one run: `make bench`."""

import os

# Nobody of the bench has read the terms of use.
os.environ.setdefault("CMQ_ASKS_TERMS", "0")
