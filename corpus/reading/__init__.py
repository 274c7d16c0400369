"""From files, archives, crawls and the web to articles."""
