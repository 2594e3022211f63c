"""A decision as data: the form that ``schemas/decision.schema.json`` describes.

decision (the door) puts together what the others return: values, deciders, leaves, policies, supports, trees,
figures, outcomes, each resting on those before it. Keys are always written in the same order.
"""
