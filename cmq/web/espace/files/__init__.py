"""The pages of a file, `/espace/dossiers/…`: written, signed, examined."""
