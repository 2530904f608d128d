"""What may programs ask of leads: where does one stand, why, and what did it do, as of any instant?

Begin reading at `routes`. Nothing is written here but by `flows`.
"""
