"""What the notebooks of *After Washington* import: data, evidence, figures, tables, text."""
