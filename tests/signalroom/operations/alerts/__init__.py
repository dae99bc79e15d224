"""Problems that people are told of."""
