"""Who in sales gets a lead, until when has what to happen, and what is said of it?

Pure: what there is, and the instant, are arguments.
"""
