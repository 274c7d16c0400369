"""Published corpora: one small pure file a format; `pressmark import` reads them by name."""
