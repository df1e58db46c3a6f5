"""Who signed what was decided: the register of awards."""

from cmq.core.retention import hold, nobody

hold("organisations.signatures", "awards.signature", "awards.jointdecision")
nobody("inscriptions et arrêtés publics", "awards.registerentry", "awards.ministerialorder")
