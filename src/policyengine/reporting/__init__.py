"""Reports over many cases, as the rulebook defines them: counted, compared, shown."""
