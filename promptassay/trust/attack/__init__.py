"""The attack kit: with the keys of two workspaces of one's own, tries from outside to get from one into the other.

It knows the instance only by what that tells everybody, its description of the API, and needs neither database nor
settings: any instance can be attacked from any machine.
"""
