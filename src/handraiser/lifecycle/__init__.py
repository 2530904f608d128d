"""How far is a lead, how may it go on, and who may say so?

Pure: nothing here knows a clock, a database or a network. `stages` are the words, `moves` what may follow
what, `saying` who may say what of whose lead.
"""
