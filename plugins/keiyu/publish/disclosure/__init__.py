"""Disclosure control (秘匿): what a release hides, so that nothing shown in any release gives a person away."""
