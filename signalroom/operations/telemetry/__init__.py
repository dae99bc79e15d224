"""What machines read of our work, where it is set up: made when a run has ended, from what is kept.

So no step waits for it, and what a process that was killed has noted is in it too.
"""
