"""Which way does something move, whatever the data? Only what is surely so is answered.

signs        up, down, both ways, not at all
clauses      a condition in one form, however it is written
implying     whether one condition holds wherever another does
conditions   in which parts two conditions differ
reach        between which numbers points may lie
leaning      whether more of something helps a lead to qualify or keeps it out
calm         whether time alone can let a lead qualify
"""
