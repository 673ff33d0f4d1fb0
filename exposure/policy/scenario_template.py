"""A template of a scenario file: all keys with their meanings; the template itself is valid."""

SCENARIO_TEMPLATE = '''\
# A course of policy. Lines that begin with "#: " are examples: delete "#: " to use one.
# The name of this file is the key of the scenario: lower case, digits and underscores.
name = "My course"
start = 2025-04-04
text = """
Description of the course in plain words, with the parts that are judgement.
"""

# Rows of the table "sources" for the parts that are not judgement.
#: sources = ["mofcom_ann18_2025"]

# Weeks for which the file is written; its rules must start and end within them.
horizon_weeks = 208

# First day scored. The weeks before it are run, so that stocks and licences have the right state
# on that day. Without this key, scoring begins at the start.
scored_from = 2026-10-08

# A shipped scenario, or another file in this folder, whose rules come first. A rule of this
# file replaces an inherited one with the same selectors. With extends_until, rules are
# inherited only up to that day.
extends = "licences_continue"
#: extends_until = "turn"

# Turning points by name, so that a file that extends this one can move them.
[dates]
turn = 2026-12-01

# Rules of the buyers' side: the day from which each is in force, or "repealed".
[measures]
us_magnet_rule_2027 = "2027-01-01"

# A rule selects cases and sets their licence state. A missing selector selects everything; a list
# makes one rule for each word. The rule with the most selectors decides; in a tie, the strictest.
#   element      a symbol of the table "elements"
#   component    a key of the table "components"
#   stage        mining | separation | metal | magnet
#   buyer_class  civil | dual | military
#   destination  USA, JPN, DEU, ... | EUU
#   tier         trusted | standard | listed
#   state        free | general | fast_track | ordinary | withheld
[[rules]]
element = ["Sm"]
buyer_class = ["civil", "dual"]
starts = "turn"
#: ends = 2027-06-01
state = "withheld"
note = "Act, announcement or reason behind the rule"

# Overrides change terms of the licence queue for the cases of a rule, such as approval,
# delay_weeks, validity_weeks, look_through, revoke: docs/scenarios.md lists them.
#: [[rules]]
#: element = "Y"
#: destination = "USA"
#: starts = "turn"
#: state = "ordinary"
#: overrides = { approval = 0.5, delay_weeks = 8 }
'''
"""Text of the file."""
