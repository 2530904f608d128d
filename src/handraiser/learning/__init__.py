"""What would another definition have found, and what came of it?"""

from handraiser.learning.replay import Replay, Run

__all__ = ["Replay", "Run"]
