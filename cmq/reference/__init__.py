"""The reference data of France: territories, filières, diploma levels, and a first list of lycées."""
