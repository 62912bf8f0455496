"""Ratios measured side by side, one program per performance goal.

Belongs here: programs that run the project's own commands, and the measure they share.
Does not belong here: assertions (tests), profiling notes, anything that a release depends on.
"""
