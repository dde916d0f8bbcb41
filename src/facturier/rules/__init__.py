"""What can be wrong by a cent, a number, a rate or a state. Pure Python: no Django, no clock."""
