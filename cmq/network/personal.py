"""Who asked and who answered, beside requests; conventions bear no name but in their file."""

from cmq.core.retention import hold

hold("accounts.traces", "network.partnerrequest", "network.convention")
