"""Scenarios: one course of policy each, or a mixture of several with probabilities.

A scenario states its start and the rules in force at one time or another; it is usually read from a
file by `exposure.policy.scenario_file`. Only a mixture has probabilities, because the content of a
course of policy and its likelihood are separate questions.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator, Field

import exposure
from exposure.arguments import NUMBER, TEXT, Kind, check_arguments, each, instance_of
from exposure.errors import RuleError, ScenarioError
from exposure.faults import Fault
from exposure.policy.rule_words import faults_on_top, in_words, rules_in_words, with_added
from exposure.policy.rules import Rule, Statement
from exposure.terms import Identifier

PROBABILITY_TOLERANCE = 1e-9
"""Largest accepted |sum - 1| of the probabilities of a mixture."""

WITH_RULES = "_with_rules"
"""Ending of the key of a scenario to which rules were added."""

NAMED_WITH = ", with rules"
"""Ending of the name of such a scenario."""

RULES = each(
    instance_of((Rule, str), "a Rule or its words", "write the words of a rule"),
    "a list of rules, in words or as Rule",
    'write ["Sm, military, withheld, from 2026-12-01"]',
)
"""Rules to be added to a scenario."""

ON_TOP = "\n\nOn top of it: "
"""Text between the description of a scenario and the rules added to it."""

MEMBERS_ADDED = {"__all__": {"scenario": {"added"}}}
"""Fields that the digest of a mixture leaves out."""

REPEALED = "repealed"
"""Value in a file for a rule of the buyers' side that is never in force."""

FIRST_START, LAST_START = date(1990, 1, 1), date(2100, 1, 1)
"""Earliest and latest start of a scenario, so that a mistyped century is found."""


class Member(Statement):
    """A scenario of a mixture, with its probability."""

    scenario: "Scenario"
    probability: Annotated[float, Field(ge=0.0, le=1.0)]


class Continuation(Statement):
    """A possible continuation of a record of the past."""

    name: Identifier
    text: Annotated[str, Field(min_length=1)]
    """Assumptions, in plain words."""
    rules: tuple[Rule, ...] = ()


class OpenEnd(Statement):
    """A day after which the record does not say what applies, so that the analyst must choose."""

    day: date
    """First day for which the analyst must choose."""
    known_from: date
    """Day on which it became known that a rule ends then."""
    question: Annotated[str, Field(min_length=1)]
    """The question, in plain words."""
    continuations: Annotated[tuple[Continuation, ...], Field(min_length=1)]
    """The possible continuations."""


def _repealed(said: object) -> object:
    return None if said == REPEALED else said


class Scenario(Statement):
    """A course of policy, or a mixture of several.

    Attributes
    ----------
    scenario
        Stable key.
    name
        Name in outputs.
    rules
        Rules in force at some time; empty for a mixture.
    mixture
        Members with probabilities; empty for a single course.
    """

    scenario: Identifier
    name: Annotated[str, Field(min_length=1)]
    start: Annotated[date, Field(ge=FIRST_START, le=LAST_START)]
    """First day; week 0."""
    horizon_weeks: Annotated[int, Field(ge=1, le=1040)] = 104
    """Number of weeks that the scenario covers; a rule outside them is an error."""
    text: Annotated[str, Field(min_length=1)]
    """Assumptions, in plain words."""
    scored_from: date | None = None
    """First day scored, unless the settings name another; None for the start."""
    measures: dict[Identifier, Annotated[date | None, BeforeValidator(_repealed)]] = Field(
        default_factory=dict
    )
    """Rules of the buyers' side: the day from which each is in force; ``repealed``, which is None
    here, for a rule that never is."""
    sources: tuple[str, ...] = ()
    """Sources of the table ``sources`` on which it rests."""
    rules: tuple[Rule, ...] = ()
    mixture: tuple[Member, ...] = ()
    record_ends: date | None = None
    """Last day of the evidence, for a record of the past; None for a posited course."""
    open_end: OpenEnd | None = None
    """Question that the record leaves open."""
    continuation: Continuation | None = None
    """Key of the chosen continuation."""
    added: tuple[Rule, ...] = ()
    """Rules added by `with_rules`; `rules` contains them too."""

    def __repr__(self) -> str:
        rules = f"{len(self.rules)} rules" if self.rules else f"{len(self.mixture)} members"
        return f"<Scenario {self.scenario}: starts on {self.start}, {rules}>"

    def _repr_html_(self) -> str:
        return exposure.scenario_html(self)

    def __hash__(self) -> int:
        # The measures are a mapping, which has no hash of its own.
        return hash((self.scenario, self.digest))

    @property
    def digest(self) -> str:
        """SHA-256 of everything it says."""
        # Added rules are among the rules.
        said = self.model_dump_json(exclude={"added": True, "mixture": MEMBERS_ADDED})
        return hashlib.sha256(said.encode()).hexdigest()

    @property
    def members(self) -> tuple[tuple["Scenario", float], ...]:
        """Single courses with their probabilities; itself with 1 unless it is a mixture."""
        if not self.mixture:
            return ((self, 1.0),)
        return tuple((member.scenario, member.probability) for member in self.mixture)

    def with_rules(self, rules: Sequence[Rule | str]) -> "Scenario":
        """Add rules to the course, such as those of an announcement.

        Parameters
        ----------
        rules
            Each as words, separated by commas, or as a `Rule`. A rule replaces an earlier one
            with the same selectors while it is in force; otherwise the rule with the most
            selectors decides, as in a file. Each member of a mixture gets them all.

        Returns
        -------
        Scenario
            Its key ends with ``_with_rules``; without rules, the scenario itself.

        Raises
        ------
        RuleError
            If a rule cannot be understood, begins before the course or occurs twice, or if the
            scenario is a record of the past.

        Examples
        --------
        >>> import exposure as ex
        >>> course = ex.read_scenario("licences_continue")
        >>> course.with_rules(["Sm, civil, withheld, from 2026-12-01"])
        <Scenario licences_continue_with_rules: starts on 2025-04-04, 30 rules>
        """
        check_arguments("Scenario.with_rules", rules=(rules, RULES))
        added = rules_in_words(rules)
        if not added:
            return self
        faults = faults_on_top((*self.added, *added), start=self.start)
        faults += [
            _a_record(scenario) for scenario, _ in self.members if scenario.record_ends is not None
        ]
        if faults:
            raise RuleError(dict.fromkeys(faults))
        return self._under(added)

    def _under(self, added: tuple[Rule, ...]) -> "Scenario":
        whole = (*self.added, *added)
        before = self.text.partition(ON_TOP)[0]
        return self.model_copy(
            update={
                "scenario": self.scenario.removesuffix(WITH_RULES) + WITH_RULES,
                "name": self.name.removesuffix(NAMED_WITH) + NAMED_WITH,
                "text": f"{before}{ON_TOP}{'; '.join(map(in_words, whole))}.",
                "rules": () if self.mixture else with_added(self.rules, added),
                "mixture": tuple(
                    member.model_copy(update={"scenario": member.scenario._under(added)})
                    for member in self.mixture
                ),
                "added": whole,
            }
        )


def _a_record(scenario: Scenario) -> Fault:
    found = f"a record, which ends on {scenario.record_ends}"
    expected = "a course of policy to which rules can be added"
    return Fault("", found, expected, "name one, such as licences_continue", scenario.scenario)


SCENARIO = instance_of(
    (Scenario, str),
    "a Scenario, or the name of a shipped one",
    'write "london_truce", or read a file with ex.read_scenario("my.toml")',
)
"""The argument ``scenario`` of a public function."""


def _is_members(value: object) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_pair, value.items()))
    return isinstance(value, list) and all(map(_is_pair, value))


def _is_pair(value: object) -> bool:
    return (
        isinstance(value, tuple)
        and len(value) == len(("scenario", "probability"))
        and isinstance(value[0], Scenario)
        and NUMBER.accepts(value[1])
    )


MEMBERS = Kind(
    _is_members,
    "Scenarios with their probabilities",
    'write {ex.read_scenario("london_truce"): 0.7, ex.read_scenario("full_withhold"): 0.3}',
)


def mix(
    name: str, members: Mapping[Scenario, float] | list[tuple[Scenario, float]], *, text: str
) -> Scenario:
    """Make a mixture: several courses of policy with probabilities.

    Outcomes are mixed, never licensed flows: the loss under an average flow would understate
    the average loss.

    Parameters
    ----------
    name
        Stable key of the mixture.
    members
        Scenarios with their probabilities; a mixture among them is resolved into its members.
    text
        The basis of the probabilities, in plain words.

    Returns
    -------
    Scenario
        The mixture, as long as its longest member.

    Raises
    ------
    ScenarioError
        If the probabilities do not sum to 1, or the courses start on different days.

    Examples
    --------
    >>> import exposure as ex
    >>> members = {ex.read_scenario("london_truce"): 0.75, ex.read_scenario("full_withhold"): 0.25}
    >>> len(mix("both", members, text="Three to one, as an example.").members)
    2
    """
    check_arguments("mix", name=(name, TEXT), members=(members, MEMBERS), text=(text, TEXT))
    pairs = list(members.items()) if isinstance(members, Mapping) else list(members)
    faults = mixture_faults(pairs)
    if faults:
        raise ScenarioError(fault.at(name) for fault in faults)
    flat = flattened(pairs)
    return Scenario(
        scenario=name,
        name=name,
        start=flat[0].scenario.start,
        horizon_weeks=max(member.scenario.horizon_weeks for member in flat),
        text=text,
        mixture=flat,
    )


def flattened(pairs: Sequence[tuple[Scenario, float]]) -> tuple[Member, ...]:
    """Single courses with their probabilities; mixtures among the members are resolved."""
    return tuple(
        Member(scenario=part, probability=p * q)
        for scenario, p in pairs
        for part, q in scenario.members
    )


def mixture_faults(pairs: Sequence[tuple[Scenario, float]]) -> list[Fault]:
    """Faults of the members of a mixture: their probabilities and starts."""
    if not pairs:
        return [Fault("mixture", "no members", "at least one", "name the scenarios")]
    outside = [
        Fault(f"member {i}, probability", f"{p:g}", "between 0 and 1", "correct it")
        for i, (_, p) in enumerate(pairs, start=1)
        if not 0.0 <= p <= 1.0
    ]
    faults = list(outside)
    total = math.fsum(p for _, p in pairs)
    if not outside and abs(total - 1.0) > PROBABILITY_TOLERANCE:
        found = f"probabilities that sum to {total:.9g}"
        faults.append(Fault("mixture", found, "1", "correct them"))
    starts = sorted({scenario.start for scenario, _ in pairs})
    if len(starts) > 1:
        found = "members that start on " + ", ".join(str(day) for day in starts)
        cure = "mix scenarios with a common past"
        faults.append(Fault("mixture", found, "one day", cure))
    return faults
