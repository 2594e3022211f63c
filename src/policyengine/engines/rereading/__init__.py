"""What would come out otherwise if one assumption were read otherwise.

Beginning with what asks for the reading, only what may change is computed again, in the order of the Plan, as
far as something does change (as a spreadsheet is recalculated). The rest is taken from the findings. Most of
what asks is idle in a case: of a clock that does not run it is nothing how its time is counted. And who asks
about some answers only is spared whatever these do not rest on.
"""
