"""What everything is said in: columns, cells, problems, figures, blocks, arrays of linear terms."""
