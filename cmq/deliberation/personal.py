"""Who sat, and what each seat held."""

from cmq.core.retention import hold, nobody

hold("organisations.signatures", "deliberation.attendance", "deliberation.position")
hold("accounts.traces", "deliberation.labelmeasure")
nobody("séances et leur ordre du jour", "deliberation.meeting", "deliberation.agendaitem")
