"""Telling what jsonschema finds wrong with the shape of a file anew, in the words of the language.

tell takes the faults one by one and asks the module of each kind: shapes, limits, missing, keys, words.
displaced and misplaced see first whether a key stands in a wrong place. All write into one telling.
"""
