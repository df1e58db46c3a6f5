"""The site’s own keys."""

from cmq.core.retention import nobody

nobody("clés publiques du site", "proof.signingkey")
