"""Two columns that a test adds to the registry: one with headings, one only for files.

They have a module of their own, since the models of the outputs must not be imported before the
columns are added.
"""

from exposure.scoring.column import Column, Form

SHOWN = Column(
    "lost_weeks",
    "Weeks of output lost.",
    unit="week",
    form=Form.POINTS,
    heading="Weeks lost",
    short="lost",
    note="weeks of output lost",
)
HIDDEN = Column("lost_days", "Days of output lost.", unit="day", form=Form.POINTS)
