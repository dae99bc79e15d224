"""Dead letters: what was refused, which of it still lacks in a table, and putting it there."""

from signalroom.operations.dead_letters.letters import Letter, letters, original
from signalroom.operations.dead_letters.purge import purge
from signalroom.operations.dead_letters.replay import replay

__all__ = ["Letter", "letters", "original", "purge", "replay"]
