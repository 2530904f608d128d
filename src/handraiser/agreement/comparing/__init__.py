"""What has changed between two agreements, part by part? `agreement.diff` gathers the answers.

    change                     what a change is, and how its effect follows from what it moves
    matching, scene            which rule of the one is which of the other; what both ask for
    rules, event_rules,        what has changed in a rule, and what that does to a lead
        fit_rules, hits
    limits, lists, qualify     the same for groups and sums, for lists, for conditions and grades
    promises, opening,         what sales promises, and when it is open; leads that are sent back
        recycling
    told, speaking             conditions and their changes in plain words

What is looser and what stricter is proven in `agreement.proving`.
"""
