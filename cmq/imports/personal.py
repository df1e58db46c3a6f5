"""Who sent which spreadsheet."""

from cmq.core.retention import hold

hold("accounts.traces", "imports.registerimport", "imports.trainingimport")
