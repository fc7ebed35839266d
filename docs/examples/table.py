#!/usr/bin/env python3
"""Runs the exported tables of Waystate's machines through their golden traces, with Python's standard library alone.

    waystate export --format table --format golden --out DIR
    python3 docs/examples/table.py DIR

Machine is all that a server in Python needs: give it a table, tell it events, carry out the effects that it orders.
The formats are described in docs/reference/export.md.
"""
import json
import sys
from pathlib import Path

# What each operator of an expression computes from its parts. `and`, `or` and `if` look at no more parts than they need.
OPERATORS = {
    "===": lambda a, b: same(a, b),
    "!==": lambda a, b: not same(a, b),
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "max": max,
    "!": lambda a: not holds(a),
    "in": lambda a, b: a in b,
    "object": lambda *parts: without_none(dict(zip(parts[::2], parts[1::2]))),
}


def same(a, b):
    """Equality without conversion: 1 and 1.0 are one number, and true is none."""
    return isinstance(a, bool) == isinstance(b, bool) and a == b


def holds(value):
    """What ECMAScript takes for true: an empty list or object is, an empty text is not."""
    return value is not None and value is not False and value != 0 and value != ""


def without_none(values):
    return {name: value for name, value in values.items() if value is not None}


def look_up(path, scope):
    """The value at a path such as `context.owed.text`; None where there is none."""
    for key in path.split("."):
        scope = scope.get(key) if isinstance(scope, dict) else None
    return scope


def evaluate(expression, scope):
    """The value of an expression; whatever is no object stands for itself."""
    if not isinstance(expression, dict):
        return expression
    [(operator, parts)] = expression.items()
    if operator == "var":
        return look_up(parts, scope)
    parts = parts if isinstance(parts, list) else [parts]
    if operator == "if":
        condition, yes, no = parts
        return evaluate(yes if holds(evaluate(condition, scope)) else no, scope)
    if operator in ("and", "or"):
        for part in parts:
            value = evaluate(part, scope)
            if holds(value) == (operator == "or"):
                break
        return value
    return OPERATORS[operator](*(evaluate(part, scope) for part in parts))


class Machine:
    """One machine: its state, what it keeps, and the effects of its beginning."""

    def __init__(self, table):
        self.table = table
        self.state = table["initial"]
        self.context = table["context"]
        self.effects = self._do(table["initialEffects"], {"type": "begin"})

    def tell(self, event):
        """Takes an event. Gives the effects in order, or None when the event means nothing in this state."""
        for branch in self.table["cells"].get(self.state, {}).get(event["type"], []):
            guard = branch.get("guard")
            if guard is None or holds(evaluate(self.table["guards"][guard], self._scope(event))):
                effects = self._do(branch["do"], event)
                self.state = branch["next"]
                return effects
        return None

    def _scope(self, event):
        return {"event": event, "context": self.context}

    def _do(self, deeds, event):
        effects = []
        for deed in deeds:
            scope = self._scope(event)
            if "update" in deed:
                changes = self.table["updates"][deed["update"]]
                # All of it is computed from what was before.
                self.context = {**self.context, **{name: evaluate(value, scope) for name, value in changes.items()}}
            else:
                params = {name: evaluate(value, scope) for name, value in deed.get("params", {}).items()}
                params = without_none(params)
                effects.append({"type": deed["effect"], **({"params": params} if params else {})})
        return effects


def answer_of(machine, effects):
    return {"state": machine.state, "effects": effects, "context": machine.context}


def difference(table, header, traces):
    """The first thing that is not as it is recorded; None when everything is."""
    for trace in traces:
        machine = Machine(table)
        if answer_of(machine, machine.effects) != header["initial"]:
            return f"begins with {answer_of(machine, machine.effects)}"
        for number, step in enumerate(trace["steps"], 1):
            effects = machine.tell(step["event"])
            answer = {"event": step["event"], **answer_of(machine, effects or [])}
            if effects is None:
                answer["ignored"] = True
            if answer != step:
                return f"{trace['trace']}, step {number}: recorded {step}, here {answer}"
    return None


def main(directory):
    failures = 0
    tables = sorted(Path(directory).glob("*.table.json"))
    for path in tables:
        table = json.loads(path.read_text(encoding="utf-8"))
        lines = (Path(directory) / f"{table['machine']}.golden.jsonl").read_text(encoding="utf-8").splitlines()
        header, *traces = map(json.loads, lines)
        fault = difference(table, header, traces) if len(traces) == header["traces"] else "traces are missing"
        steps = sum(len(trace["steps"]) for trace in traces)
        print(f"{'pass' if fault is None else 'FAIL'}  {table['machine']}: {len(traces)} traces, {steps} steps")
        if fault is not None:
            failures += 1
            print(f"      {fault}")
    if not tables:
        print(f"there is no table in {directory}", file=sys.stderr)
    return 1 if failures or not tables else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python3 table.py DIR")
    sys.exit(main(sys.argv[1]))
