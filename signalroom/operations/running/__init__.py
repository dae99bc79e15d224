"""The chain of a day or an hour: steps as data, each in a process of its own, what became of it.

`steps` says what there is to do, `plan` what of it is to be done, `execute` does it, `history`
keeps it in ops.runs and ops.run_steps, `run` puts them together.
"""
