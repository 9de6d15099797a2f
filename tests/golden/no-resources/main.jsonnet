{ resources:: [], resourcs: [] }
