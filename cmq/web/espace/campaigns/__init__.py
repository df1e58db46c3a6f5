"""The secretariat’s desk, `/espace/campagnes/…`: campaigns, their board, their texts and their college."""
